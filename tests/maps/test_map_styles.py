"""Colours that everybody can tell apart and read."""

import itertools
import re
import tomllib
import typing

import numpy as np
import pytest

from layers import declared
from maps import constants
from maps import styles as styles_module
from maps.strengths import looks
from maps.styles import styles
from maps.told import COLUMNS
from planner.clusters.entry import AreaKind
from planner.locations import STATUSES
from planner.tables import tables

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB
DEFICIENCIES = {
    "none": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(colour):
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """Contrast ratio of WCAG 2."""
    light = sorted(float(linear(each) @ [0.2126, 0.7152, 0.0722]) for each in (one, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


def lab(rgb):
    matrix = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    x, y, z = (np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in matrix @ rgb / [0.95047, 1, 1.08883])
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one, other):
    """CIEDE2000."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * np.sqrt(mean**7 / (mean**7 + 25**7))
    a1, a2 = a1 * stretch, a2 * stretch
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    turn = (h2 - h1 + 180) % 360 - 180
    wide = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    lm, cm, hm = (l1 + l2) / 2, (c1 + c2) / 2, (h1 + turn / 2) % 360
    t = (
        1
        - 0.17 * np.cos(np.radians(hm - 30))
        + 0.24 * np.cos(np.radians(2 * hm))
        + 0.32 * np.cos(np.radians(3 * hm + 6))
        - 0.20 * np.cos(np.radians(4 * hm - 63))
    )
    sl = 1 + 0.015 * (lm - 50) ** 2 / np.sqrt(20 + (lm - 50) ** 2)
    sc, sh = 1 + 0.045 * cm, 1 + 0.015 * cm * t
    twist = -2 * np.sqrt(cm**7 / (cm**7 + 25**7)) * np.sin(np.radians(60 * np.exp(-(((hm - 275) / 25) ** 2))))
    dl, dc, dh = (l2 - l1) / sl, (c2 - c1) / sc, wide / sh
    return float(np.sqrt(dl**2 + dc**2 + dh**2 + twist * dc * dh))


def test_measures_agree_with_their_published_examples():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the well-known near miss
    # Sharma, Wu and Dalal (2005), pairs 1 and 25
    assert distance((50, 2.6772, -79.7751), (50, 0, -82.7485)) == pytest.approx(2.0425, abs=5e-5)
    assert distance((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387)) == pytest.approx(1.2644, abs=5e-5)


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_share_colours_can_be_told_apart(deficiency):
    colours = [*styles().share.colours, styles().share.not_known]
    seen = [lab(np.clip(DEFICIENCIES[deficiency] @ linear(colour), 0, 1)) for colour in colours]
    assert min(distance(one, other) for one, other in itertools.combinations(seen, 2)) >= 15


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_changes_can_be_told_apart(deficiency):
    looks = styles().changes.looks.values()
    seen = [lab(np.clip(DEFICIENCIES[deficiency] @ linear(look.fill), 0, 1)) for look in looks]
    assert min(distance(one, other) for one, other in itertools.combinations(seen, 2)) >= 15


def test_changes_are_told_apart_without_any_colour():
    for measure in styles().changes.measures.values():
        assert len({each.sign for each in measure.classes}) == len({each.label for each in measure.classes}) == 6
        assert {each.look for each in measure.classes} == set(styles().changes.looks)
    for look in styles().changes.looks.values():
        assert contrast(look.colour, "#ffffff") >= 4.5


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_verdicts_on_eligibility_can_be_told_apart(deficiency):
    looks = styles().eligibility.verdicts.values()
    seen = [lab(np.clip(DEFICIENCIES[deficiency] @ linear(look.fill), 0, 1)) for look in looks]
    assert min(distance(one, other) for one, other in itertools.combinations(seen, 2)) >= 15
    assert len({look.pattern for look in looks}) == len({look.sign for look in looks}) == len(seen) == 4


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_classes_of_hexagons_can_be_told_apart(deficiency):
    looks = styles().layers["location_hexagons"].classes
    seen = [lab(np.clip(DEFICIENCIES[deficiency] @ linear(look.colour), 0, 1)) for look in looks]
    assert min(distance(one, other) for one, other in itertools.combinations(seen, 2)) >= 15
    assert len({(look.pattern, look.colour) for look in looks}) == len(seen)


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("scale", ["shares", "quotients"])
def test_classes_of_strength_can_be_told_apart(scale, deficiency):
    looks = [*getattr(styles().clusters, scale).values(), styles().clusters.unknown]
    seen = [lab(np.clip(DEFICIENCIES[deficiency] @ linear(look.fill), 0, 1)) for look in looks]
    assert min(distance(one, other) for one, other in itertools.combinations(seen, 2)) >= 15
    assert len({look.sign for look in looks}) == len(looks)


def test_every_kind_of_area_has_a_name():
    assert set(styles().clusters.kinds) == set(typing.get_args(AreaKind))


def test_words_on_eligibility_are_those_of_the_tables():
    columns, look = tables()["eligibility"].columns, styles().eligibility
    assert set(look.verdicts) == set(columns["verdict"].allowed or ())
    assert set(look.units) == set(columns["unit"].allowed or ())
    assert set(look.statuses) == set(columns["status"].allowed or ())


def test_text_has_contrast():
    sheet = constants.constant("townline.css")
    light = sheet.split(':root[data-theme="dark"]')[0]  # the dark theme has a test of its own
    named = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light))
    pairs = [
        *((named[name], named["paper"]) for name in ("ink", "quiet", "accent")),
        (named["quiet"], named["wash"]),
        (named["badge-ink"], named["badge"]),
        (named["paper"], named["accent"]),
        *((look.colour, named["paper"]) for look in styles().verdicts.values()),
        *((look.colour, named["wash"]) for look in styles().eligibility.verdicts.values()),
        *((look.colour, named["wash"]) for look in looks()),
        (named["ink"], named["wash"]),
        *((colour, named["paper"]) for colour in re.findall(r"(?<![-a-z])color: (#[0-9a-f]{6});", sheet)),
    ]
    assert len(pairs) > 10
    for ink, ground in pairs:
        assert contrast(ink, ground) >= 4.5, (ink, ground)


def test_every_layer_style_has_a_declaration_and_known_symbols():
    for key, layer in styles().layers.items():
        name = layer.table or key
        declaration = tables()[name] if name in tables() else declared(name)
        kind = declaration.geometry
        assert kind != "none"
        for each in layer.classes:
            assert kind != "point" or each.symbol in styles().symbols
            assert kind != "line" or each.width
            if layer.boxes:  # classes of these points are the planner's, not a column of the layer
                assert {value for each in layer.classes for value in each.takes or ()} == set(STATUSES)
                continue
            allowed = declaration.columns[layer.class_column].allowed if layer.class_column else None
            assert not (allowed and each.takes) or set(each.takes) <= set(allowed)
        if layer.classes and not layer.boxes:
            assert layer.classes[-1].takes is None, f"{key}: the last class must take what is left"


def test_every_panel_column_is_declared():
    columns = tables()["town_results"].columns
    for field in styles().town.fields:
        assert field.column in columns or field.column in COLUMNS
        assert field.of is None or field.of in columns


def test_an_unknown_key_in_the_styles_is_refused():
    content = tomllib.loads((constants.ASSETS.parent / "styles.toml").read_text("utf-8"))
    content["map"]["tiles"] = "https://example.org"
    with pytest.raises(ValueError, match="tiles"):
        styles_module.Styles.model_validate(content)
