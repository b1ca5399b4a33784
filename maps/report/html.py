"""A report as one HTML file: no script, no request, and a policy that allows neither."""

from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from maps.report._svg import embedded
from maps.report.model import Document, payload, plain
from maps.safe import digest

_HERE: Final = Path(__file__).parent


def html(document: Document) -> str:
    """Return a report as one HTML file for every browser, for print and for screen readers.

    The same report gives the same bytes; text stands in it as text, whatever it holds.
    """
    content, pictures = payload(document)
    shown = {
        name: Markup(embedded(each.svg, name, plain(each.title), plain(each.said)))  # noqa: S704 - escaped by its writer
        for name, each in pictures.items()
    }
    sheet = (_HERE / "report.css").read_text("utf-8")
    policy = f"default-src 'none'; style-src {digest(sheet)}; img-src data:; base-uri 'none'; form-action 'none'"
    return _template().render(report=content, pictures=shown, sheet=Markup(sheet), policy=policy)  # noqa: S704 - constant


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string((_HERE / "report.html").read_text("utf-8"))
