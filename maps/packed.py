"""Texts that differ in their figures only, written small: each wording once, and the figures of every text.

A column of reasons over thousands of places holds a few wordings. The page puts them together again.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

_FIGURE: Final = re.compile(r"([0-9](?:[0-9.,]*[0-9])?)")


def packed(texts: Sequence[str]) -> dict[str, Any]:
    """Return texts as wordings and figures.

    Returns
    -------
    dict
        ``forms``: wordings, each as its pieces between figures. ``rows``: for each text the number of its wording,
        where there are several, and its figures, with blanks between; texts are parted by bars. Empty where all texts
        are the same.

    Examples
    --------
    >>> packed(["short by 12 of 96", "short by 7 of 96"])
    {'forms': [['short by ', ' of 96']], 'rows': '12|7'}
    """
    split = {text: _FIGURE.split(text) for text in dict.fromkeys(texts)}
    groups: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for parts in split.values():
        groups.setdefault(tuple(parts[::2]), []).append(tuple(parts[1::2]))
    moving = {form: [len(set(column)) > 1 for column in zip(*figures, strict=True)] for form, figures in groups.items()}
    number = {form: [str(at)] if len(groups) > 1 else [] for at, form in enumerate(groups)}
    short = {
        text: " ".join([*number[form], *_picked(parts[1::2], moving[form])])
        for text, parts in split.items()
        for form in [tuple(parts[::2])]
    }
    rows = [short[text] for text in texts]
    forms = [_form(form, figures[0], moving[form]) for form, figures in groups.items()]
    return {"forms": forms, "rows": "|".join(rows) if any(rows) else ""}


def _picked(figures: Sequence[str], moving: Sequence[bool]) -> list[str]:
    return [figure for figure, moves in zip(figures, moving, strict=True) if moves]


def _form(pieces: Sequence[str], figures: Sequence[str], moving: Sequence[bool]) -> list[str]:
    """Return the pieces of a wording, with the figures that are the same in all its texts written into them."""
    form = [pieces[0]]
    for piece, figure, moves in zip(pieces[1:], figures, moving, strict=True):
        if moves:
            form.append(piece)
        else:
            form[-1] += figure + piece
    return form
