"""Themes and their contrast, phones, paper and pictures, in a real browser with the network off."""

import re
from collections import Counter

import pytest
from PIL import Image

import maps
from maps import constants
from maps.styles import styles

ENOUGH = 4.5
ON = [
    ("ink", "paper"), ("quiet", "paper"), ("accent", "paper"), ("alarm", "paper"), ("open", "paper"), ("hint", "paper"),
    ("ink", "wash"), ("quiet", "wash"), ("accent", "wash"), ("badge-ink", "badge"), ("on-accent", "accent"),
]  # fmt: skip
# text on what it stands on; names on the map stand on a halo and are tested by their colours
FAINT = """() => {
    const parts = words => words.match(/[\\d.]+/g).map(Number);
    const line = part => (part /= 255) <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4);
    const light = rgb => 0.2126 * line(rgb[0]) + 0.7152 * line(rgb[1]) + 0.0722 * line(rgb[2]);
    const ground = node => {
        for (let at = node; at; at = at.parentElement) {
            const found = parts(getComputedStyle(at).backgroundColor);
            if (found.length < 4 || found[3] > 0.8) return found;
        }
        return [255, 255, 255];
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    let seen = 0;
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        const node = text.parentElement;
        if (!text.data.trim() || !node.getClientRects().length || node.closest('.names, option, script, noscript, [aria-disabled=true]')) continue;
        seen += 1;
        const ink = light(parts(getComputedStyle(node).color)), paper = light(ground(node));
        const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
        if (ratio < 4.5) found.push([text.data, node.className, ratio]);
    }
    return [seen, found];
}"""
SMALL = """() => [...document.querySelectorAll('button, select, input, summary, a[href], .layer-head')]
    .map(node => node.type === 'checkbox' ? node.closest('label') : node)
    .filter(node => node.getClientRects().length && !node.classList.contains('skip'))
    .map(node => [node.outerHTML.slice(0, 80), node.getBoundingClientRect()])
    .filter(([, box]) => box.width < 24 || box.height < 23.9).map(([words]) => words)"""


@pytest.fixture
def rich(make_plan, screened):
    """The small plan with a programme, as HTML."""
    return maps.draw(make_plan(tables={"eligibility": screened})).get_root().render()


def luminance(colour):
    """Relative luminance of WCAG 2."""
    parts = [value / 255 for value in near(colour)]
    line = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * line[0] + 0.7152 * line[1] + 0.0722 * line[2]


def contrast(one, other):
    light = sorted(luminance(each) for each in (one, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


def test_contrast_agrees_with_published_examples():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def themes():
    """Custom properties of both themes, by name."""
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in blocks())
    return {"light": light, "dark": light | dark}


def blocks():
    sheet = constants.constant("townline.css")
    return [sheet.split(start + " {", 1)[1].split("}", 1)[0] for start in (":root", ':root[data-theme="dark"]')]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_can_be_read_on_their_ground(theme):
    colours = themes()[theme]
    assert {
        pair: contrast(colours[pair[0]], colours[pair[1]])
        for pair in ON
        if contrast(colours[pair[0]], colours[pair[1]]) < ENOUGH
    } == {}
    look = styles()
    inks = [each.colour for each in (*look.verdicts.values(), *look.eligibility.verdicts.values())]
    inks += [each.colour for each in (*look.clusters.shares.values(), *look.clusters.quotients.values())]
    assert min(contrast(ink, colours["plate"]) for ink in inks) >= ENOUGH


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_names_stand_out_from_their_halo_and_the_ground_from_lines(theme):
    colours = styles().map.themes[theme]
    assert min(contrast(ink, colours.halo) for ink in (colours.name, colours.county, colours.state)) >= ENOUGH
    line = colours.line or styles().layers["states"].colour
    assert contrast(line, colours.land) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_all_text_of_the_page_can_be_read_in_both_themes(visit, rich, theme, width):
    opened = visit(rich, width, 844)
    opened.page.evaluate(f"window.location.hash = 'theme={theme}&by=hills&place=Goshen&only=fail'")
    opened.page.wait_for_function("() => document.body.dataset.selected === 'Goshen'")
    opened.page.evaluate("document.querySelectorAll('details').forEach(node => { node.open = true; }); null")
    opened.page.wait_for_selector("#table tbody tr")
    opened.page.evaluate("document.querySelector('#measure').click()")
    opened.page.evaluate("navigator.clipboard.writeText = async () => { throw new Error('refused'); }; null")
    opened.page.evaluate("document.querySelector('#copy-link').click()")
    opened.page.wait_for_selector("#link-text")
    seen, faint = opened.page.evaluate(FAINT)
    assert seen > 150
    assert faint == []
    opened.page.evaluate("window.location.hash = 'theme=light'")


def test_the_theme_follows_the_system_until_it_is_chosen(visit, html):
    opened = visit(html)
    shown = lambda: opened.page.get_attribute("html", "data-theme")  # noqa: E731 - asked four times
    assert (shown(), opened.text("#theme")) == ("light", "Theme: auto")
    opened.page.emulate_media(color_scheme="dark")
    opened.page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    land = opened.page.locator(".leaflet-ground-pane path").first.get_attribute("fill")
    assert land == styles().map.themes["dark"].land
    opened.page.click("#theme")
    assert (shown(), opened.text("#theme")) == ("light", "Theme: light")
    assert (
        opened.page.locator(".leaflet-ground-pane path").first.get_attribute("fill")
        == styles().map.themes["light"].land
    )
    opened.page.click("#theme")
    opened.page.emulate_media(color_scheme="light")
    assert (shown(), opened.text("#theme")) == ("dark", "Theme: dark")
    fills = "[...document.querySelectorAll('.leaflet-layer-towns-pane path')].map(path => path.getAttribute('fill'))"
    assert all(fill.startswith("url(#fill-") for fill in opened.page.evaluate(fills))
    opened.assert_clean()


def test_a_phone_shows_everything_without_scrolling_sideways(visit, rich):
    opened = visit(rich, 390, 844)
    assert opened.page.locator("#copy-link").is_hidden()
    assert opened.page.locator("#filter-0").is_hidden()
    assert opened.text(".badge-brief") == "not survey"
    assert opened.page.locator("#badge").bounding_box()["height"] < 60
    opened.page.click("#badge-more")
    assert opened.page.locator("#badge-full").is_visible()
    opened.page.evaluate("document.querySelectorAll('details').forEach(node => { node.open = true; }); null")
    opened.page.select_option("#programme", "0")
    opened.page.select_option("#filter-0", "fail")
    assert opened.text("#filter summary") == "Filter: 7 of 12 towns"
    opened.select("Goshen")
    assert opened.page.evaluate("document.documentElement.scrollWidth") == 390
    assert opened.page.evaluate(SMALL) == []
    opened.assert_clean()


def test_targets_are_large_enough_at_full_width(visit, rich):
    opened = visit(rich)
    opened.page.evaluate("document.querySelectorAll('details').forEach(node => { node.open = true; }); null")
    opened.page.click("#measure")
    assert opened.page.evaluate(SMALL) == []


NOTE_PRINT = """() => { window.print = () => {
    const box = document.querySelector('.stage').getBoundingClientRect(), side = document.querySelector('.sheet-side');
    window.printed = {
        name: document.body.className, wide: box.width, high: box.height, theme: document.documentElement.dataset.theme,
        words: document.querySelector('#sheet').textContent, fits: side.scrollHeight <= side.clientHeight,
        canvases: document.querySelectorAll('.leaflet-tile').length, areas: document.querySelectorAll('.town-area').length,
    };
}; }"""


@pytest.mark.parametrize("paper", ["Letter", "A4"])
def test_the_map_prints_on_one_page_and_the_screen_comes_back(visit, rich, paper):
    opened = visit(rich)
    opened.page.evaluate("window.location.hash = 'theme=dark&place=Colrain'")
    opened.page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    printed = opened.page.pdf(format=paper, landscape=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    assert len(printed) > 30_000
    opened.page.wait_for_function("() => !document.body.classList.contains('printing')")
    assert opened.page.get_attribute("html", "data-theme") == "dark"
    assert opened.page.locator("#sheet").is_hidden()


def test_the_sheet_has_all_that_a_reader_needs(visit, rich):
    opened = visit(rich)
    opened.page.evaluate(NOTE_PRINT)
    before = opened.text(".leaflet-control-scale-line")
    opened.select("Colrain")
    opened.page.click(".home")
    opened.page.select_option("#filter-0", "fail")
    opened.page.uncheck("#show-anchors")
    opened.page.click("#print")
    told = opened.page.evaluate("window.printed")
    assert (told["name"], told["theme"], told["fits"]) == ("printing", "light", True)
    assert told["wide"] > 500
    assert told["high"] > 400
    assert told["canvases"] > 0
    assert told["areas"] == 12
    for said in (
        "Test hills · As of July 1, 2015",
        "Which towns have 25/3 Mbps for at least 96 % of premises?",
        "4 of 12 towns pass, 7 fall short, 1 not known",
        "In full colour: Falls short (7 of 12 towns)",
        "Caution: Costs modelled",
        "not survey",
        "Colrain: falls short",
        "Premises served: 9,596 of 10,000",
        "96 % or more ✓ passes4",
        "Fibre routes",
        "Sources: Test gazetteer",
    ):
        assert said in told["words"]
    assert "School" not in told["words"]
    opened.page.select_option("#programme", "0")
    opened.page.click("#print")
    words = opened.page.evaluate("window.printed.words")
    for said in (
        "Which towns can apply: Hill towns grant?",
        "✓ Eligible3",
        "✗ Not eligible3",
        "Rules of July 1, 2015.",
    ):
        assert said in words
    assert opened.page.evaluate("document.body.className") == ""
    assert opened.text(".leaflet-control-scale-line") == before
    opened.assert_clean()


def saved(opened):
    with opened.page.expect_download() as download:
        opened.page.evaluate("document.querySelector('#save-picture').click()")
    return download.value.suggested_filename, Image.open(download.value.path()).convert("RGB")


def coloured(image):
    """Number of points of a picture by colour."""
    return Counter({colour: count for count, colour in image.getcolors(1 << 24)})


def near(colour):
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def test_the_picture_has_the_classes_of_the_map_and_its_words(visit, html):
    opened = visit(html)
    opened.page.evaluate(
        "window.drawn = []; CanvasRenderingContext2D.prototype.fillText = (plain => function (words, ...rest) {"
        " window.drawn.push(words); return plain.call(this, words, ...rest); })(CanvasRenderingContext2D.prototype.fillText); null"
    )
    name, image = saved(opened)
    assert name == "test-hills-which-towns-have-25-3-mbps-for-at-least-96-of-pre.png"
    assert image.width > 2 * 880
    counts = coloured(image)
    shown = [styles().share.colours[at] for at in (0, 1, 2, 3, 4)]
    assert {colour: counts[near(colour)] for colour in shown if counts[near(colour)] < 500} == {}
    words = " ".join(opened.page.evaluate("window.drawn"))
    for said in (
        "Test hills · As of July 1, 2015",
        "Which towns have 25/3 Mbps",
        "not survey",
        "96 % or more ✓ passes",
        "Sources:",
        "Goshen",
    ):
        assert said in words
    assert opened.text("#tools-said") == "Picture saved."
    opened.wait(100)
    assert [url for url in opened.requests if not url.startswith(("blob:", "data:"))] == [opened.path.as_uri()]
    assert opened.console == opened.errors == opened.page.evaluate("window.violations") == []


def test_a_phone_in_the_dark_saves_a_picture_too(visit, html):
    opened = visit(html, 390, 844)
    opened.page.evaluate("window.location.hash = 'theme=dark'")
    opened.page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    _, image = saved(opened)
    assert image.height > image.width > 600
    assert image.getpixel((3, 3)) == near(themes()["dark"]["paper"])
    assert luminance(styles().map.themes["dark"].land) < 0.1
    assert coloured(image)[near(styles().share.colours[0])] > 200
