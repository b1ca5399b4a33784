"""Charts as they stand inside a page: no styles that a policy forbids, no identifier that another chart has, too."""

import re
import xml.etree.ElementTree as ET
from typing import Final

_SVG: Final = "http://www.w3.org/2000/svg"
_LINK: Final = "{http://www.w3.org/1999/xlink}href"
_URL: Final = re.compile(r"url\(#([^)]+)\)")
_DROPPED: Final = (f"{{{_SVG}}}metadata", f"{{{_SVG}}}title", f"{{{_SVG}}}desc", f"{{{_SVG}}}style")
ET.register_namespace("", _SVG)


def embedded(content: bytes, name: str, title: str, said: str) -> str:
    """Return one of our own charts as an element for a page.

    Parameters
    ----------
    content
        SVG, drawn by this package.
    name
        Goes before every identifier.
    title, said
        What a reader who cannot see the chart is told.

    Returns
    -------
    str
        SVG with styles as attributes, since a policy without inline styles blocks the others.
    """
    root = ET.fromstring(content)  # noqa: S314 - drawn by this package, not read from a file
    for parent in list(root.iter()):
        for child in [each for each in parent if each.tag in _DROPPED]:
            parent.remove(child)
    for each in root.iter():
        _with_attributes(each, name)
    for key in ("width", "height", "aria-labelledby"):
        root.attrib.pop(key, None)
    root.attrib |= {
        "role": "img", "aria-labelledby": f"{name}-title {name}-said",
        "stroke-linejoin": "round", "stroke-linecap": "butt",
    }  # fmt: skip
    for place, (kind, text) in enumerate((("title", title), ("desc", said))):
        told = ET.Element(f"{{{_SVG}}}{kind}", {"id": f"{name}-{'title' if kind == 'title' else 'said'}"})
        told.text = text
        root.insert(place, told)
    return ET.tostring(root, encoding="unicode")


def _with_attributes(each: ET.Element, name: str) -> None:
    """Turn the style of an element into attributes, and put the chart's name before its identifiers."""
    for part in each.attrib.pop("style", "").split(";"):
        key, _, value = part.partition(":")
        if value:
            each.attrib[key.strip()] = value.strip()
    if "id" in each.attrib:
        each.attrib["id"] = f"{name}-{each.attrib['id']}"
    if _LINK in each.attrib:
        each.attrib["href"] = f"#{name}-{each.attrib.pop(_LINK).removeprefix('#')}"
    for key, value in each.attrib.items():
        each.attrib[key] = _URL.sub(rf"url(#{name}-\1)", value)


def told(content: bytes) -> tuple[str, str]:
    """Return the title and the description of one of our own charts."""
    root = ET.fromstring(content)  # noqa: S314 - drawn by this package, not read from a file
    title, said = (root.findtext(f"{{{_SVG}}}{kind}") or "" for kind in ("title", "desc"))
    return title, said
