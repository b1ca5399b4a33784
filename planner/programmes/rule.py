"""What a rule file may say: a programme with dated figures, tests, money, partners and their citations."""

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Unit = Literal["state", "county", "local labor market", "community", "tribal land", "tract", "drawn area"]
Op = Literal[">=", ">", "<=", "<"]
Side = Literal["nation", "state", "metro"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Part(BaseModel):
    """Base of all parts of a rule file: frozen, and unknown keys are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Dated(Part):
    """Something that holds from a day on, until another day if one is given.

    Attributes
    ----------
    since, until
        First day on which it holds, and the first on which it no longer does. In the file: ``from`` and ``until``.
    by
        The act or notice that made it so, such as ``P.L. 117-167 s. 10621``.
    citation
        Where it is written.
    note
        What a reader should know, such as that the day is background knowledge.
    """

    since: dt.date = Field(default=dt.date.min, alias="from")
    until: dt.date | None = None
    by: str = ""
    citation: str = ""
    note: str = ""

    def holds(self, day: dt.date) -> bool:
        """Whether it holds on a day."""
        return self.since <= day and (self.until is None or day < self.until)


class Reference(Part):
    """A source that the rules rest on; `seen` is false where its text was not read."""

    id: Name
    citation: str
    text: str
    url: str = ""
    as_of: dt.date | None = None
    seen: bool = True


class Status(Dated):
    """Whether applications are possible."""

    is_: Literal["open", "not open", "frozen", "expired", "rescinded", "not known"] = Field(alias="is")


class Value(Dated):
    """A figure from a day on."""

    value: float


class Parameter(Part):
    """A figure with its unit and its values in time."""

    unit: str
    meaning: str
    values: tuple[Value, ...] = Field(min_length=1)

    def at(self, day: dt.date) -> Value | None:
        """Return the value that holds on a day: the latest to begin."""
        return next((each for each in reversed(self.values) if each.holds(day)), None)


class Members(Dated):
    """Who is on a list from a day on."""

    members: tuple[str, ...]


class Listing(Part):
    """A list that an agency keeps: codes of states (``MA``), or of counties, tracts or towns."""

    meaning: str
    match: Literal["state", "place"]
    rows: tuple[Members, ...] = Field(min_length=1)

    def at(self, day: dt.date) -> Members | None:
        """Return the list that holds on a day: the latest to begin."""
        return next((each for each in reversed(self.rows) if each.holds(day)), None)


class Question(Part):
    """A choice that the law leaves open: which measure is meant."""

    question: str
    default: str
    choices: dict[str, Name] = Field(min_length=2)
    citation: str

    @model_validator(mode="after")
    def _has_default(self) -> Self:
        if self.default not in self.choices:
            raise ValueError(f"default '{self.default}' is none of its choices ({', '.join(self.choices)})")
        return self


class _Test(Dated):
    """What all tests say; `negate` turns the answer round."""

    title: str
    citation: str = Field(min_length=1)
    negate: bool = False


class MeasureTest(_Test):
    """A figure of the place against a threshold, or against that of the nation, state or metropolitan area.

    Attributes
    ----------
    measure, option
        The measure (`planner/programmes/shared/measures.toml`), or the question of this file that chooses one.
    compare
        ``value``: the figure itself. ``percent of``: figure / that of `of` * 100. ``points above``: figure less that
        of `of`. ``points below``: that of `of` less the figure. ``percentile``: share of all places of the unit, with
        a value, whose figure is at or below it, in percent.
    of, choose
        Whose figure it is compared with; the greater or lesser where there are two.
    op, threshold
        How it must stand to the parameter of that name.
    """

    kind: Literal["measure"]
    measure: Name = ""
    option: Name = ""
    compare: Literal["value", "percent of", "points above", "points below", "percentile"] = "value"
    of: tuple[Side, ...] = ()
    choose: Literal["", "greater", "lesser"] = ""
    op: Op
    threshold: Name

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if bool(self.measure) == bool(self.option):
            raise ValueError("name a measure or an option, one of them")
        if (self.compare in ("value", "percentile")) == bool(self.of):
            raise ValueError("'of' belongs to 'percent of', 'points above' and 'points below', and they need it")
        if (len(self.of) == 2) != bool(self.choose):
            raise ValueError("'choose' (greater, lesser) belongs to two references in 'of'")
        return self


class AttributeTest(_Test):
    """A property of the place (`planner/programmes/shared/attributes.toml`) that must be one of some texts."""

    kind: Literal["attribute"]
    attribute: Name
    among: tuple[str, ...] = Field(min_length=1)


class ListTest(_Test):
    """The place, or its state, must be on a list of this file."""

    kind: Literal["list"]
    list: Name


class ProgrammeTest(_Test):
    """The place, or the unit that contains it, must be eligible for a programme: this one or another.

    A state or labor market that contains it stands for a place of another unit.
    """

    kind: Literal["programme"]
    programme: str
    unit: Literal["same", "state", "county", "local labor market"]


class AnswerTest(_Test):
    """Something that no table says: what an agency determined, or what an applicant declares.

    Asked as a question to be answered by yes or no, or by a number where `op` and `threshold` are given.
    `unanswered`: what holds where nobody answers. ``no`` is for what somebody must first find or grant, such as a
    determination of special need: until then it is not there.
    """

    kind: Literal["answer"]
    question: str
    unanswered: Literal["not known", "no"] = "not known"
    op: Op | None = None
    threshold: Name | None = None


class UnseenTest(_Test):
    """A condition whose source was not seen; its answer is always not known."""

    kind: Literal["unseen"]
    why: str


Test = Annotated[
    MeasureTest | AttributeTest | ListTest | ProgrammeTest | AnswerTest | UnseenTest, Field(discriminator="kind")
]


class AllOf(Part):
    """Every one of the tests must be met."""

    all: tuple["Name | AllOf | AnyOf", ...] = Field(min_length=1)


class AnyOf(Part):
    """One of the tests must be met."""

    any: tuple["Name | AllOf | AnyOf", ...] = Field(min_length=1)


Terms = AllOf | AnyOf


def tests_of(terms: Terms) -> tuple[str, ...]:
    """Return the names of all tests in terms, each once, in their order."""
    names: dict[str, None] = {}
    for item in terms.all if isinstance(terms, AllOf) else terms.any:
        names.update(dict.fromkeys([item] if isinstance(item, str) else tests_of(item)))
    return tuple(names)


class Rule(Dated):
    """What makes places of some units eligible. Tests that do not hold on the day drop out of `terms`.

    Rules without terms say that the programme sets no condition on the place.
    """

    units: tuple[Unit, ...] = Field(min_length=1)
    title: str
    terms: Terms | None = None


class Share(Dated):
    """The most that the paying government bears of a project's cost; of all that apply, the highest counts."""

    activity: str
    most_percent: Name
    when: Terms | None = None


class Award(Dated):
    """The least and most of one award. A cap may be computed: points of a test / 100 x persons x dollars a person."""

    activity: str
    units: tuple[Unit, ...] = ()
    least_usd: Name | None = None
    most_usd: Name | None = None
    typical: bool = False
    gap_test: Name | None = None
    persons: Name | None = None
    usd_per_person: Name | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        cap = [self.gap_test, self.persons, self.usd_per_person]
        if any(cap) and not all(cap):
            raise ValueError("a computed cap needs gap_test, persons and usd_per_person")
        return self


class Partner(Dated):
    """A type of member that a consortium must, may or should have; `types` are alternatives to each other."""

    types: tuple[str, ...] = Field(min_length=1)
    least: int = Field(default=1, ge=1)
    role: Literal["required", "optional", "preferred"] = "required"


class Stacking(Dated):
    """How money of this programme stands to other money.

    ``may match``: the other counts as the non-federal share. ``not match``: it does not. ``excludes``: not both for
    the same cost. ``once``: one award per place or recipient.

    Attributes
    ----------
    others
        The other money in words.
    whose
        The same for reckoning: name of a programme, ``federal``, ``state`` or ``any``; empty where words must do.
    """

    others: str
    whose: str = ""
    rule: Literal["may match", "not match", "excludes", "once"]


class Conflict(Dated):
    """Two sources that say different things, and what is applied."""

    title: str
    sources: tuple[Name, Name]
    says: tuple[str, str]
    applied: str


class Gap(Part):
    """What of the programme is not screened here, and why."""

    what: str
    why: str


class Focus(Dated):
    """Which list of focus areas holds (`planner/programmes/shared/focus_areas.toml`)."""

    list: Name


class Programme(Part):
    """A rule file.

    Attributes
    ----------
    name
        The file's name without ending.
    title, short, agency, payer
        Full name, name for tables, who runs it, whose money it is.
    purpose
        What it is for, in a sentence or two.
    sources
        What the rules rest on.
    status
        Whether it takes applications, by day.
    parameters, lists, options, tests
        What rules are made of, by name.
    rules
        What makes a place eligible, by unit and day.
    applicant
        Tests that an applicant must meet besides; they do not decide on the place.
    preferences
        Tests that count in the applicant's favour; they decide nothing.
    shares, awards, partners, stacking, focus
        Money and partners.
    conflicts, not_implemented
        Where sources differ, and what is not screened.
    awarded
        Name of the table of awards in `data/facts`, where there is one.
    """

    name: str
    title: str
    short: str
    agency: str
    payer: Literal["federal", "state"] = "federal"
    purpose: str
    sources: tuple[Reference, ...] = Field(min_length=1)
    status: tuple[Status, ...] = Field(min_length=1)
    parameters: dict[Name, Parameter] = Field(default_factory=dict)
    lists: dict[Name, Listing] = Field(default_factory=dict)
    options: dict[Name, Question] = Field(default_factory=dict)
    tests: dict[Name, Test] = Field(default_factory=dict)
    rules: tuple[Rule, ...] = Field(min_length=1)
    applicant: tuple[Name, ...] = ()
    preferences: tuple[Name, ...] = ()
    shares: tuple[Share, ...] = ()
    awards: tuple[Award, ...] = ()
    partners: tuple[Partner, ...] = ()
    stacking: tuple[Stacking, ...] = ()
    focus: tuple[Focus, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    not_implemented: tuple[Gap, ...] = ()
    awarded: str = ""

    def status_on(self, day: dt.date) -> Status | None:
        """Return the status on a day; none before the first."""
        return next((each for each in reversed(self.status) if each.holds(day)), None)

    def rule_for(self, unit: str, day: dt.date) -> Rule | None:
        """Return the rule for places of a unit on a day."""
        return next((each for each in self.rules if unit in each.units and each.holds(day)), None)
