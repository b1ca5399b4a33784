"""What a report says of itself: method, sources with dates and licences, caveats, manifest."""

from collections import Counter
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, Final

from layers import declared
from maps.provenance import provenance
from maps.report._cells import Cell, frame, sentence, short
from maps.report.model import Block, Column, Items, Section, Text, section, table
from planner import Plan, words

_METHODS: Final = {
    "town_results": "Coverage: served premises by all premises of a town. The town passes where served premises reach the required"
    " share times all premises, rounded up; it falls short where it cannot reach them even if every premises that is not known were served.",
    "cost_fit": "Cost of fibre: a constant a town, plus a price a metre of route, a premises and a pole, fitted by least squares of"
    " relative errors to published budgets; the factors of the price book bring budgets to costs. The error is measured on towns left out of the fit.",
    "middle_mile_totals": "Middle mile: the cheapest tree over real roads that joins towns and anchor institutions to the backbone,"
    " found by local search; a lower bound from dual ascent proves how far it can be from the cheapest. Rings are added where hubs must outlive any one cut.",
    "chosen_projects": "Projects: for each town one of the project models, chosen together by integer programming: first as many towns"
    " at the target as can be, then the least public money.",
    "last_percent": "Last percent: the cheapest order in which a designed tree can be built, so each further premises has its own price.",
    "finance": "Finance: revenue (subscribers times price) less the internet provider's share, operation, reserve and debt service. The"
    " break-even take rate is the one at which nothing is left over or lacking.",
    "finance_risk": "Risk: seeded draws of all uncertain inputs between their low and high values.",
    "eligibility": "Eligibility: the rule in force on the day, test by test; each test compares a published figure with a cited threshold."
    " A test without its figure is not known, and so is the verdict where the other tests do not decide it.",
    "cluster_strength": "Clusters: location quotient = the area's share of a cluster's jobs by its share of all jobs of that kind. A cluster"
    " is strong where the quotient is at or above the 75th percentile and at least 1, and jobs and establishments are above their 25th percentiles.",
    "readiness": "Readiness: criteria between 0 and 1, weighted; criteria without a figure give a range instead of a guess.",
    "chosen_sites": "Sites: the choice with the least distance of demand to its nearest site under the stated conditions; the bound says how"
    " far any other choice could be better.",
}  # fmt: skip
_MOST: Final = 12


def method(plan: Plan) -> Section | None:
    """Return formulas in words for what the plan has, terms of the cost model, and the rules that were cited."""
    said = tuple(text for name, text in _METHODS.items() if name in plan.tables)
    cells = {"term": Cell("Term", words.humanised), "coefficient_usd": Cell("Price", lambda value: f"${value:,.2f}", figures=True),
             "unit": Cell("For each")}  # fmt: skip
    terms = frame("Terms of the cost model", plan.tables["cost_terms"], cells) if "cost_terms" in plan.tables else []
    cited = [f"{name}: {citation}" for name, citation in _citations(plan)]
    rules = section("Rules cited", (Items(tuple(cited)),)) if cited else None
    return section("Method", (Items(said), *terms), [rules])


def _citations(plan: Plan) -> Iterator[tuple[str, str]]:
    service, fits = plan.tables.get("federal_service"), plan.tables.get("eligibility")
    if service is not None and len(service):
        yield words.text(service["rule"].iloc[0]), words.text(service["citation"].iloc[0])
    if fits is not None:
        known = (
            fits[["programme_title", "citation"]]
            .dropna()
            .drop_duplicates()
            .sort_values(["programme_title", "citation"])
        )
        for title, rows in known.groupby("programme_title", sort=True):
            yield words.text(title), "; ".join(words.text(each) for each in rows["citation"])


def sources(plan: Plan, *, brief: bool = False) -> Section | None:
    """Return every input layer with its source, day, origin and licence; in brief without evidence and background."""
    rows = []
    for name in sorted(plan.layers):
        known, layer = provenance(plan.layers[name]), declared(name)
        if brief and (layer.calibration or layer.context):
            continue
        said = known.source_line or layer.source
        origin = words.listing(sorted(known.origins))
        rows.append((layer.title, short(said) if brief else said, known.as_of, origin, "" if brief else layer.licence))
    heads = (
        Column("Layer"),
        Column("Source", share=2),
        Column("As of"),
        Column("Origin", share=0.8),
        Column("Licence", share=1.4),
    )
    return section("Sources", table("Layers, where they come from, and on what terms", heads, rows))


def caveats(plan: Plan) -> Section | None:
    """Return what was assumed and repaired, and what is missing, by how many verdicts it keeps open."""
    notes: list[Block] = [Items(tuple(sentence(note) for note in plan.notes))] if plan.notes else []
    held = "premises" in plan.layers or "publish" in plan.provenance
    premises = () if held else (
        Text("The list of premises was not at hand when this report was written; counts of premises are the plan's."),
    )  # fmt: skip
    return section("Caveats", (*notes, *premises), [section("What is not known", _missing(plan))])


def _missing(plan: Plan) -> list[Block]:
    """Return what data would settle most verdicts that are not known."""
    fits = plan.tables.get("eligibility")
    if fits is None:
        return []
    counted: Counter[str] = Counter()
    programmes: dict[str, set[str]] = {}
    for title, said in fits[["programme_title", "missing"]].dropna().itertuples(index=False):
        for part in {_series(each) for each in str(said).split("; ")}:
            counted[part] += 1
            programmes.setdefault(part, set()).add(words.text(title))
    found = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    rows = [(name, words.listing(sorted(programmes[name])), words.count(count)) for name, count in found[:_MOST]]
    heads = (Column("Series or answer", share=2), Column("Programmes", share=1.2), Column("Verdicts", figures=True))
    more = len(found) - _MOST
    note = f"And {more:,} more; column missing of table eligibility lists them." if more > 0 else ""
    return table("What keeps verdicts open, by the number of verdicts", heads, rows, note)


def _series(part: str) -> str:
    """Return the name of a series without the place that it is missing for."""
    head, mark, tail = part.removeprefix("or else ").rpartition(" for ")
    return head if mark and " " not in tail else part.removeprefix("or else ")


def manifest(plan: Plan) -> Section | None:
    """Return inputs with their hashes, and versions; names of files, never a machine's folders."""
    known: Any = plan.provenance
    if not known:
        return None
    own = known["region_file"]
    rows = [("Region file", _name(own["name"]), own["sha256"])]
    rows += [
        (words.humanised(name), _name(each["path"]), each["sha256"]) for name, each in sorted(known["inputs"].items())
    ]
    versions = [(name, version) for name, version in sorted(known["versions"].items())]
    heads = (Column("Input", share=0.8), Column("File"), Column("SHA-256", share=2.2))
    return section(
        "Manifest",
        (
            Text("With these inputs and versions the same plan comes out, byte for byte."),
            *table("Inputs", heads, rows),
            *table("Versions", (Column("Library"), Column("Version")), versions),
        ),
    )


def _name(path: str) -> str:
    return PurePath(path.replace("\\", "/")).name
