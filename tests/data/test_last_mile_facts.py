"""The later facts of the last-mile programme: what the import makes is what is shipped."""

import pandas as pd
import pytest

from data import last_mile_facts as made
from layers import Source, data_folder, declared, read

FACTS = data_folder() / "facts"


@pytest.mark.parametrize(("name", "make"), [("actual_components", made.actual_components), ("offers", made.offers)])
def test_the_shipped_table_is_what_the_import_makes(name, make):
    assert (FACTS / f"{name}.csv").read_text("utf-8") == make().to_csv(index=False, lineterminator="\n")
    assert len(read(Source(FACTS / f"{name}.csv"), declared(name), "EPSG:26986").table)


def test_the_second_survey_is_what_the_import_makes(shared):
    table = made.second_survey(shared)
    assert (FACTS / "second_survey_2016.csv").read_text("utf-8") == table.to_csv(index=False, lineterminator="\n")


def test_every_town_of_the_second_survey_has_a_budget_and_the_same_units():
    survey = pd.read_csv(FACTS / "second_survey_2016.csv")
    budgets = pd.read_csv(FACTS / "last_mile_budgets_2015.csv")
    both = survey.merge(budgets, on="town_geoid", validate="one_to_one")
    assert len(both) == len(survey) == 43
    assert (both["town_x"] == both["town_y"]).all()
    assert (both["desk_units"] == both["units"]).all()
