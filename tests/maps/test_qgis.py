"""Styles for QGIS and map servers: well-formed, with the classes of the data, in the colours of the map."""

from xml.etree import ElementTree as ET

import pytest

from maps.qgis import looks
from maps.styles import styles

SLD = "{http://www.opengis.net/sld}"
OGC = "{http://www.opengis.net/ogc}"
RENDERERS = {"categorizedSymbol", "singleSymbol"}
LAYERS = {"SimpleFill", "SimpleLine", "SimpleMarker"}


@pytest.fixture
def made(plan):
    return {(look.table, look.name): look for look in looks(plan)}


def qml(look):
    return ET.fromstring(look.qml)  # noqa: S314 - our own text


def sld(look):
    return ET.fromstring(look.sld.encode("utf-8"))  # noqa: S314 - our own text


def test_every_drawn_layer_has_a_style(made):
    assert {table for table, _ in made} == {
        "town_results", "layer_roads", "layer_fibre_routes", "layer_anchors", "layer_institutes", "layer_points_of_presence",
        "layer_counties", "layer_states",
    }  # fmt: skip


def test_qml_is_well_formed_with_a_symbol_for_each_class(made):
    for look in made.values():
        root = qml(look)
        assert look.qml.startswith("<!DOCTYPE qgis")
        assert root.tag == "qgis"
        (renderer,) = root.iter("renderer-v2")
        assert renderer.get("type") in RENDERERS
        symbols = [symbol.get("name") for symbol in renderer.find("symbols")]
        assert symbols == [str(number) for number in range(len(look.swatches))]
        assert {layer.get("class") for layer in renderer.iter("layer")} <= LAYERS
        if look.column:
            categories = list(renderer.find("categories"))
            assert [each.get("symbol") for each in categories] == symbols
            assert [each.get("value") for each in categories] == [swatch.value or "" for swatch in look.swatches]


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("town_results", "verdict"),
        ("layer_anchors", "kind"),
        ("layer_fibre_routes", "status"),
        ("layer_roads", "road_class"),
    ],
)
def test_categories_are_the_classes_in_the_data(made, plan, table, column):
    (look,) = [look for (name, _), look in made.items() if name == table]
    assert look.column == column
    source = plan.tables.get(table)
    source = source if source is not None else plan.layers[table.removeprefix("layer_")]
    assert {swatch.value for swatch in look.swatches} - {None} == set(source[column])


def test_colours_are_those_of_the_map(made):
    (look,) = [look for (name, _), look in made.items() if name == "layer_anchors"]
    colours = {swatch.value: swatch.colour for swatch in look.swatches}
    style = styles().layers["anchors"]
    assert colours["library"] == next(each.colour for each in style.classes if each.takes == ("library",))
    assert '"15,107,79,255"' in look.qml  # #0f6b4f
    (towns,) = [look for (name, _), look in made.items() if name == "town_results"]
    assert 'value="f_diagonal"' in towns.qml  # towns that fall short are hatched, never told by colour alone


def test_sld_has_its_required_parts_in_order(made):
    for look in made.values():
        root = sld(look)
        assert (root.tag, root.get("version")) == (f"{SLD}StyledLayerDescriptor", "1.0.0")
        assert root.findtext(f"{SLD}NamedLayer/{SLD}Name") == look.table
        rules = list(root.iter(f"{SLD}Rule"))
        assert len(rules) == len(look.swatches)
        for rule, swatch in zip(rules, look.swatches, strict=True):
            order = [child.tag for child in rule]
            kinds = {f"{SLD}PolygonSymbolizer", f"{SLD}LineSymbolizer", f"{SLD}PointSymbolizer"}
            assert order[:2] == [f"{SLD}Name", f"{SLD}Title"]
            assert order[-1] in kinds
            if look.column and swatch.value is not None:
                assert order[2] == f"{OGC}Filter"
                assert rule.findtext(f"{OGC}Filter/{OGC}PropertyIsEqualTo/{OGC}Literal") == swatch.value
            elif look.column:
                assert order[2] == f"{SLD}ElseFilter"
            parameters = [each.get("name") for each in rule.iter(f"{SLD}CssParameter")]
            assert parameters
            assert set(parameters) <= {"fill", "stroke", "stroke-width", "stroke-dasharray"}


def test_one_style_of_a_layer_is_the_first(made):
    for table in {table for table, _ in made}:
        assert sum(look.default for (name, _), look in made.items() if name == table) == 1


def test_hostile_values_become_no_markup(make_plan, plan):
    anchors = plan.layers["anchors"].assign(kind=["a\" onload='x", "<script>", "&amp;"])
    changed = make_plan(layers={**plan.layers, "anchors": anchors})
    (look,) = [look for look in looks(changed) if look.table == "layer_anchors"]
    values = {swatch.value for swatch in look.swatches}
    assert {each.get("value") for each in qml(look).iter("category")} == {value or "" for value in values}
    assert {each.text for each in sld(look).iter(f"{OGC}Literal")} == values - {None}


def test_styles_are_the_same_text_each_time(plan):
    assert looks(plan) == looks(plan)
