"""Names and notes that try to become code are shown as they are written, with the policy and without it."""

import re
import types

import pandas as pd
import pytest

import maps
from planner import words

PAYLOADS = {
    "end of script": "</script><script>window.ran=1</script>",
    "template literal": "${window.ran=1}",
    "backtick": "`;window.ran=1;`",
    "attribute": '"><img src=x onerror=window.ran=1>',
    "single quote": "'><svg/onload=window.ran=1>",
    "jinja": "{{7*7}}{% raw %}{{ cycler.__init__ }}",
    "line separator": "a\u2028window.ran=1\u2029b",
    "javascript address": "javascript:window.ran=1",
    "comment": "<!--<script>window.ran=1//-->",
    "entity": "&lt;script&gt;window.ran=1&lt;/script&gt;&amp;",
    "escape": "\\u003cscript\\u003ewindow.ran=1\\x3c/script\\x3e\\",
    "title": "</title></style></textarea><iframe srcdoc='<script>parent.ran=1</script>'>",
    "prototype": "__proto__",
    "direction": "abc\u202egpj.exe",
}


PANEL = (
    "county",
    "coverage_basis",
    "coverage_origin",
    "coverage_note",
    "missing",
    "other_targets",
    "cost_note",
    "cost_origin",
    "quantities_basis",
)


@pytest.fixture
def poisoned(make_plan, plain_layers, cost_fit):
    """Build a plan with a payload in every text slot: poisoned(payload)."""
    return lambda payload: _poisoned(make_plan, plain_layers, cost_fit, payload)


def _poisoned(make_plan, plain_layers, cost_fit, payload):
    plan = make_plan()
    results = plan.tables["town_results"]
    results = results.assign(**dict.fromkeys(("town", "target", *PANEL), payload))
    layers = {}
    for key, table in {**plan.layers, **plain_layers}.items():
        keep = {"geometry", "town_geoid", "as_of"}
        words = [name for name in table.columns if name not in keep and not name.endswith("_id")]
        layers[key] = table.assign(**dict.fromkeys(words, payload))
    factor = types.SimpleNamespace(low=1.0, central=1.2, high=1.35, source=payload, as_of=payload, meaning=payload)
    return make_plan(
        results=results,
        layers=layers,
        tables={"cost_fit": pd.concat([cost_fit, cost_fit.assign(statistic=payload, unit=payload, note=payload)])},
        prices=types.SimpleNamespace(title=payload, year=payload, budget_to_cost=factor),
        name=payload,
        label=payload,
    )


@pytest.fixture(params=list(PAYLOADS.values()), ids=list(PAYLOADS))
def payload(request):
    return request.param


def test_payload_is_shown_literally_and_nothing_runs(visit, poisoned, payload):
    html = maps.draw(poisoned(payload)).get_root().render()
    without, removed = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
    assert removed == 1
    for page in (html, without):
        opened = visit(page)
        read_everything(opened, payload)
        opened.assert_clean()


def read_everything(opened, payload):
    box = opened.page.locator("#map").bounding_box()
    opened.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert opened.text(".tip") == payload * 3
    opened.page.mouse.move(box["x"] + box["width"] / 2 + 40, box["y"] + box["height"] / 2 + 20)
    assert opened.text(".tip").startswith(payload)
    opened.page.fill("#find", payload[:6])
    opened.page.press("#find", "ArrowDown")
    opened.page.press("#find", "Enter")
    opened.page.click("#table-box summary")
    opened.page.wait_for_selector("#table tbody tr")
    assert opened.text("#town h2") == payload
    for column in PANEL:
        assert opened.text(f"#town [data-column={column}]") == payload
    assert opened.text(".eyebrow bdi") == payload
    assert payload in opened.text("h1")
    assert payload in opened.text("title")
    assert opened.texts("#table tbody button") == [payload] * 12
    assert set(opened.texts(".name")) == {payload}
    said = opened.texts("#sources dd")
    drawn_and_not = 8 + 5
    assert said.count(f"Source: {payload}") == drawn_and_not + 1
    assert said[-4:] == [
        payload,
        f"Low 1, central 1.2, high 1.35, in dollars of {payload}.",
        f"Source: {payload}",
        f"As of {payload}.",
    ]
    assert opened.texts("#sources dt")[-1] == f"Price book: {payload}"
    assert opened.texts("#sources dt .mark") == ["origin not stated"] * drawn_and_not + ["modelled"]


def test_all_executable_scripts_are_constants(html):
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", html, flags=re.DOTALL)
    executable = [body for attributes, body in scripts if "type=" not in attributes]
    assert executable == [maps.constants.constant(name) for name in maps.constants.SCRIPTS]
    for attributes, body in scripts:
        if "application/json" in attributes:
            assert not re.search(r"[<>&\u2028\u2029]", body)


def test_control_characters_and_broken_text_do_not_break_the_page(visit, poisoned):
    opened = visit(maps.draw(poisoned("a\x00b\x1bc\ufffe")).get_root().render())
    assert opened.text(".eyebrow bdi") == "a\ufffdb\ufffdc\ufffd"
    opened.assert_clean()
    assert words.text("a\ud800b") == "a\ufffdb"
