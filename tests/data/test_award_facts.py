"""Lists of awards: what the import makes is what is shipped."""

import pytest

from data.award_facts import award_tables, collaborative_rd
from layers import data_folder

FACTS = data_folder() / "facts"


@pytest.mark.parametrize("name", ["tech_hubs", "bbbrc", "nsf_engines", "manufacturing_institutes", "collaborative_rd"])
def test_the_shipped_table_is_what_the_import_makes(shared, name):
    table = award_tables(shared)[name]
    assert (FACTS / f"{name}.csv").read_text("utf-8") == table.to_csv(index=False, lineterminator="\n")


def test_what_others_gave_and_the_grant_are_the_totals_of_the_award_list():
    table = collaborative_rd().set_index("name")
    total = (table["award_usd"] + table["others_usd"]) / 1e6
    assert total["PracticePoint"] == 17
    assert total["Data science and cybersecurity"] == 20
    assert total["ANSSEM nanomanufacturing"] == 13
