"""The region file's table ``[eligibility]``."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from layers import RuleError
from layers.errors import suggestion
from planner.programmes import names, programme
from planner.programmes.rule import Unit
from planner.target import Day, Strict, plain_number


def _confidence(value: object) -> float:
    number = float(plain_number(value))
    if not 0.5 < number < 1:
        raise ValueError(f"{value} is not between 0.5 and 1; write 90 percent as 0.9")
    return number


def _have_questions(options: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Refuse programmes, questions and choices that there are not."""
    faults = [fault for name, chosen in options.items() for fault in _faults(name, chosen)]
    if faults:
        raise ValueError("; ".join(faults))
    return options


def _faults(name: str, chosen: Mapping[str, str]) -> list[str]:
    if name not in names():
        return [f"programme '{name}' has no rule file{suggestion(name, names())}"]
    try:
        questions = programme(name).options
    except RuleError as error:
        return [str(error)]
    faults = [f"'{name}' has no question '{key}'{suggestion(key, questions)}" for key in chosen if key not in questions]
    return faults + [
        f"'{choice}' is no answer to '{key}' of '{name}'{suggestion(choice, questions[key].choices)}"
        for key, choice in chosen.items()
        if key in questions and choice not in questions[key].choices
    ]


class EligibilityEntry(Strict):
    """Table ``[eligibility]`` of the region file: how places are screened for programmes.

    Attributes
    ----------
    confidence
        How probable it must be, by the margins of error of surveys, that a threshold is met or missed; in between, a
        place is borderline.
    units
        Kinds of places to screen; all of which the layers have places where none are named.
    options
        What is meant where the law leaves it open: by programme and question, the choice.
    as_of
        Day whose rules are applied and whose data are known; the region's day where nothing is said.
    territories
        Whether a sum of counties that stands for the nation, where the nation's figure is not on file, holds those of
        territories.
    """

    confidence: Annotated[float, BeforeValidator(_confidence)] = 0.9
    units: tuple[Unit, ...] = ()
    options: Annotated[dict[str, dict[str, str]], AfterValidator(_have_questions)] = Field(default_factory=dict)
    as_of: Day | None = None
    territories: Annotated[bool, Field(strict=True)] = False
