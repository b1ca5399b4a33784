"""Texts written small come back whole."""

from hypothesis import given
from hypothesis import strategies as st

from maps.packed import packed


def unpacked(column, at):
    row = column["rows"].split("|")[at].split(" ") if column["rows"] else []
    row = [each for each in row if each]
    form = column["forms"][int(row.pop(0)) if len(column["forms"]) > 1 else 0]
    return "".join(piece + figure for piece, figure in zip(form, [*row, ""], strict=True))


WORDS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["1 2", "|", " 0 ", "12.5 of 13", "7.5 of 13", "a|1 b", "-3", "٣ 4", "1,234.", "", "5"]
)


@given(st.lists(WORDS, min_size=1, max_size=12))
def test_every_text_comes_back(texts):
    column = packed(texts)
    assert [unpacked(column, at) for at in range(len(texts))] == texts


def test_a_wording_stands_once_and_figures_that_never_change_stand_in_it():
    texts = [f"Gap: {gap} points; at least 2.50 asked" for gap in ("3.41", "2.60", "9.00")]
    assert packed(texts) == {"forms": [["Gap: ", " points; at least 2.50 asked"]], "rows": "3.41|2.60|9.00"}
    assert packed(["same 1"] * 3) == {"forms": [["same 1"]], "rows": ""}
