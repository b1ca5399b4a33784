"""Charts of a plan: the last percent, projects by town, cash flow, what matters, cost against premises served.

Each is an SVG file with a title and a description for readers who cannot see it. The same tables give the same bytes.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from maps.styles import styles
from planner import Region, words
from planner.last_mile.summary import of_chosen, what_matters

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIZE: Final = (9.0, 5.0)
_STYLE: Final[Any] = {
    "svg.hashsalt": "townline", "svg.fonttype": "path", "font.family": "DejaVu Sans", "font.size": 11,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": "#e3e1db",
    "axes.axisbelow": True, "text.parse_math": False, "axes.titlelocation": "left", "axes.titlesize": 13,
    "axes.titleweight": "bold",
}  # fmt: skip
_MILLION: Final = 1_000_000
_LETTERS: Final = 32
_INK: Final = "#1d5190"
_ALARM: Final = "#a02a16"
_MUTED: Final = "#77756f"


def charts(tables: Mapping[str, pd.DataFrame], region: Region) -> dict[str, bytes]:
    """Return the charts of a plan by file name, such as ``charts/projects.svg``.

    Parameters
    ----------
    tables
        Result tables; those that are not there have no chart.
    region
        Whose target the curves are read at.

    Returns
    -------
    dict
        SVG files; names are made of town codes, never of names.
    """
    found = dict(_of(tables, float(region.target.share)))
    return {f"charts/{name}.svg": content for name, content in sorted(found.items())}


def _of(tables: Mapping[str, pd.DataFrame], share: float) -> Iterator[tuple[str, bytes]]:
    picked = set(tables["last_percent"]["town_geoid"]) if "last_percent" in tables else set()
    if picked:
        yield from _curves(tables["last_percent"], _names(tables), share)
    if "chosen_projects" in tables and tables["chosen_projects"]["option_id"].notna().any():
        yield "projects", _projects(tables["chosen_projects"])
    if "cash_flow" in tables:
        flow = of_chosen(tables, "cash_flow")
        if len(flow):
            yield "cash-flow", _cash(flow.groupby("year", as_index=False).sum(numeric_only=True), "All networks")
        for code, rows in flow[flow["town_geoid"].isin(picked)].groupby("town_geoid"):
            yield f"cash-flow-{code}", _cash(rows, _names(tables).get(str(code), str(code)))
    if "finance_tornado" in tables and len(of_chosen(tables, "finance_tornado")):
        yield "what-matters", _tornado(tables)
    if "pareto" in tables:
        yield "budget", _front({"": tables["pareto"]}, "Premises served, of towns that fall short")


def comparison_charts(tables: Mapping[str, pd.DataFrame]) -> dict[str, bytes]:
    """Return the charts of scenarios side by side, by file name."""
    found = {}
    if "comparison_front" in tables:
        parts = {str(name): rows for name, rows in tables["comparison_front"].groupby("scenario", sort=False)}
        found["charts/front.svg"] = _front(parts, "Premises served, of the whole region")
    figures = tables["comparison"]
    shown = figures[figures["statistic"] == "public cost"]
    if len(shown):
        found["charts/public-cost.svg"] = _bars(shown)
    return found


def _names(tables: Mapping[str, pd.DataFrame]) -> Mapping[str, str]:
    known = tables["project_options"].drop_duplicates("town_geoid")
    return {str(code): _short(name) for code, name in zip(known["town_geoid"], known["town"], strict=True)}


@contextmanager
def _style() -> Iterator[None]:
    """Draw in our style; matplotlib takes a second to import, so it is only where something is drawn."""
    import matplotlib as mpl  # noqa: PLC0415

    with mpl.rc_context(_STYLE):
        yield


def _drawn(title: str, said: str, size: tuple[float, float] = _SIZE) -> tuple["Figure", "Axes", str]:
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=size, layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title)
    return figure, axes, said


def _svg(figure: "Figure", title: str, said: str) -> bytes:
    """Return the figure as SVG with title and description as its first children."""
    content = io.StringIO()
    figure.savefig(content, format="svg", metadata={"Date": None, "Creator": "Townline"})
    text = content.getvalue()
    start = text.index("<svg")
    head = text.index(">", start)
    marks = ' role="img" aria-labelledby="chart-title chart-said"'
    words_ = f'<title id="chart-title">{escape(title)}</title><desc id="chart-said">{escape(said)}</desc>'
    return (text[:head] + marks + ">" + words_ + text[head + 1 :]).encode()


def _curves(table: pd.DataFrame, names: Mapping[str, str], target: float) -> Iterator[tuple[str, bytes]]:
    """Yield for each designed town what each further premises costs."""
    for code, rows in table.sort_values("premises").groupby("town_geoid"):
        name = names.get(str(code), str(code))
        last = rows.iloc[-1]
        at = rows[rows["share"] >= target]
        said = (
            f"The first half of the premises of {name} cost up to"
            f" {_whole_usd(rows.loc[rows['share'] <= 0.5, 'marginal_usd'].max())} each, the last"
            f" {_whole_usd(last['marginal_usd'])}; all together {words.usd(last['cost_usd'])}."
        )
        title = f"{name}: what each further premises costs by fibre"
        with _style():
            figure, axes, said = _drawn(title, said)
            axes.step(rows["share"], rows["marginal_usd"], where="pre", color=_INK, linewidth=2)
            axes.fill_between(rows["share"], rows["marginal_usd"], step="pre", color=_INK, alpha=0.12)
            axes.axvline(target, color=_ALARM, linewidth=1.2, linestyle="--")
            if len(at):
                axes.annotate(
                    f"{words.percent(target)}: {_whole_usd(at['marginal_usd'].iloc[0])} a premises",
                    (target, float(at["marginal_usd"].iloc[0])),
                    xytext=(-8, 14), textcoords="offset points", ha="right", color=_ALARM,
                )  # fmt: skip
            axes.set(
                xlim=(0, 1),
                ylim=(0, None),
                xlabel="Share of premises connected",
                ylabel="Marginal cost, USD a premises",
            )
            _percent(axes.xaxis)
            _dollars(axes.yaxis)
            yield f"last-percent-{code}", _svg(figure, title, said)


def _projects(table: pd.DataFrame) -> bytes:
    """Draw the public cost of each chosen project, one bar a town."""
    built = table[table["option_id"].notna()].sort_values("public_usd")
    look = {klass.takes[0]: klass.colour for klass in styles().layers["chosen_projects"].classes if klass.takes}
    title = "Chosen project and public cost by town"
    counts = built["model"].value_counts()
    said = (
        f"{len(built)} towns: "
        + words.listing([f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items()])
        + "."
    )
    with _style():
        figure, axes, said = _drawn(title, said, (9.0, 1.6 + 0.22 * len(built)))
        for model, rows in built.groupby("model", sort=True):
            place = [int(number) for number in np.flatnonzero((built["model"] == model).to_numpy())]
            axes.barh(place, rows["public_usd"], color=look.get(str(model), _MUTED), label=f"{model} ({len(rows)})")
        axes.set_yticks(range(len(built)), [_short(name) for name in built["town"]], fontsize=8.5)
        axes.set(ylim=(-0.7, len(built) - 0.3), xlabel="Public cost, USD")
        axes.grid(visible=False, axis="y")
        _dollars(axes.xaxis)
        axes.legend(loc="lower right", frameon=False)
        return _svg(figure, title, said)


def _cash(table: pd.DataFrame, name: str) -> bytes:
    """Draw what a network earns and pays by year."""
    rows = table.sort_values("year")
    title = f"{name}: cash flow by year"
    end = rows.iloc[-1]
    left = float(end["cumulative_usd"])
    said = f"After {int(end['year'])} years {words.usd(abs(left))} {'are left over' if left >= 0 else 'are lacking'}."
    parts = {
        "isp_usd": "Internet provider", "opex_usd": "Operation", "reserve_usd": "Reserve",
        "debt_service_usd": "Debt service",
    }  # fmt: skip
    with _style():
        figure, axes, said = _drawn(title, said)
        floor = np.zeros(len(rows))
        for (column, label), colour in zip(parts.items(), ("#5b8f7b", "#8fb6e3", "#c9c6bd", "#de8030"), strict=True):
            axes.bar(rows["year"], rows[column], bottom=floor, color=colour, label=label)
            floor = floor + rows[column].to_numpy(dtype=float)
        axes.plot(rows["year"], rows["revenue_usd"], color=_INK, linewidth=2.4, marker="o", label="Revenue")
        axes.set(xlabel="Year", ylabel="USD a year", ylim=(0, None))
        _whole_years(axes.xaxis)
        _dollars(axes.yaxis)
        figure.legend(frameon=False, ncols=5, loc="outside lower center")
        return _svg(figure, title, said)


def _tornado(tables: Mapping[str, pd.DataFrame]) -> bytes:
    """Draw how far each uncertain input moves the yearly surplus of all chosen networks together."""
    moved = what_matters(tables).iloc[::-1]
    middle = float(of_chosen(tables, "finance")["surplus_usd_year"].sum())
    title = "What moves the yearly surplus of all networks"
    first = moved.iloc[-1]
    names = [words.humanised(words.text(name)) for name in moved.index]
    said = (
        f"Most: {names[-1]}, by {words.usd(first['low_usd'])} at its low value and {words.usd(first['high_usd'])} at its"
        f" high one; central surplus {words.usd(middle)} a year."
    )
    with _style():
        figure, axes, said = _drawn(title, said, (9.0, 1.6 + 0.3 * len(moved)))
        for at, colour in (("low", "#de8030"), ("high", _INK)):
            axes.barh(names, moved[f"{at}_usd"], left=middle, color=colour, label=f"at its {at} value")
        axes.axvline(middle, color="#22211f", linewidth=1)
        axes.set(xlabel="Surplus, USD a year")
        axes.grid(visible=False, axis="y")
        _dollars(axes.xaxis)
        axes.legend(frameon=False, loc="lower right")
        return _svg(figure, title, said)


def _front(parts: Mapping[str, pd.DataFrame], served: str) -> bytes:
    """Draw the premises served against the public cost, a line a scenario."""
    title = "What a budget buys: premises served against public cost"
    ends = [(name, rows.sort_values("public_usd").iloc[-1]) for name, rows in parts.items()]
    said = " ".join(
        f"{name + ': ' if name else ''}at most {words.floor_percent(end['share_served'])} served for"
        f" {words.usd(end['public_usd'])}."
        for name, end in ends
    )
    with _style():
        figure, axes, said = _drawn(title, said)
        looks = ((_INK, "-", "o"), ("#de8030", "--", "s"), ("#0b6e4f", ":", "^"), ("#7a5cc0", "-.", "D"))
        for (name, rows), (colour, dash, mark) in zip(parts.items(), looks * len(parts), strict=False):
            line = rows.sort_values("public_usd")
            axes.plot(
                line["public_usd"], line["share_served"], color=colour, linestyle=dash, marker=mark, linewidth=2,
                label=_short(name) or None,
            )  # fmt: skip
        axes.set(xlabel="Public cost, USD", ylabel=served)
        _dollars(axes.xaxis)
        _percent(axes.yaxis)
        if len(parts) > 1:
            axes.legend(frameon=False, loc="lower right")
        return _svg(figure, title, said)


def _bars(rows: pd.DataFrame) -> bytes:
    title = "Public cost by scenario"
    said = " ".join(f"{name}: {words.usd(value)}." for name, value in zip(rows["scenario"], rows["value"], strict=True))
    with _style():
        figure, axes, said = _drawn(title, said, (9.0, 1.4 + 0.5 * len(rows)))
        axes.barh(range(len(rows)), rows["value"][::-1], color=_INK)
        axes.set_yticks(range(len(rows)), [_short(name) for name in rows["scenario"]][::-1])
        axes.grid(visible=False, axis="y")
        axes.set(xlabel="USD")
        _dollars(axes.xaxis)
        return _svg(figure, title, said)


def _dollars(axis: Any) -> None:
    from matplotlib.ticker import FuncFormatter  # noqa: PLC0415

    large = max(map(abs, axis.get_view_interval())) >= _MILLION
    axis.set_major_formatter(FuncFormatter(lambda value, _: words.usd(value) if large else _whole_usd(value)))


def _short(name: Any) -> str:
    """Return a name as text that fits beside an axis."""
    said = words.text(name)
    return said if len(said) <= _LETTERS else said[: _LETTERS - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _whole_usd(value: float) -> str:
    return f"{'-' if value < 0 else ''}${abs(value):,.0f}"


def _whole_years(axis: Any) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    axis.set_major_locator(MaxNLocator(integer=True))


def _percent(axis: Any) -> None:
    from matplotlib.ticker import PercentFormatter  # noqa: PLC0415

    axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
