"""`tranche report --html` in a real browser, on a phone and on a desk."""

import pytest

SIZES = [(360, 640), (1280, 800)]
# What reaches out of the window sideways, by tag and class.
OUTSIDE = """() => [...document.body.querySelectorAll('*')].filter(one => {
  const box = one.getBoundingClientRect();
  return box.width > 0 && (box.left < -0.5 || box.right > document.documentElement.clientWidth + 0.5);
}).map(one => one.tagName + '.' + one.getAttribute('class'))"""
# Of each chart: how many marks it has, how many can be seen, and how many reach out of it.
CHARTS = """() => [...document.querySelectorAll('svg')].map(chart => {
  const frame = chart.getBoundingClientRect();
  const marks = [...chart.querySelectorAll('rect, .dot')].map(mark => {
    const box = mark.getBoundingClientRect();
    const stroke = parseFloat(getComputedStyle(mark).strokeWidth) || 0;
    const round = mark.classList.contains('dot') ? stroke / 2 : 0;
    return {seen: box.height + round > 0 && box.width + round > 0,
            out: box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1};
  });
  return {width: frame.width, height: frame.height, marks: marks.length,
          seen: marks.filter(mark => mark.seen).length, out: marks.filter(mark => mark.out).length};
})"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width, height", SIZES)
@pytest.mark.parametrize("name", ["report.html", "fresh.html"])
def test_nothing_overflows_nothing_is_fetched_and_nothing_is_wrong(look, pages, name, width, height, scheme):
    seen = look(name, width, height, scheme)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.page.evaluate(OUTSIDE) == []
    assert seen.asked == [f"file://{pages / name}"]
    assert seen.told == []


@pytest.mark.parametrize("width, height", SIZES)
def test_every_chart_shows_its_marks(look, width, height):
    charts = look("report.html", width, height).page.evaluate(CHARTS)
    assert len(charts) == 4
    for chart in charts:
        assert chart["width"] > 0.8 * min(width, 1024) and chart["height"] >= 32, chart
        assert chart["marks"] > 0 and chart["seen"] == chart["marks"] and chart["out"] == 0, chart
    # A bar and a dot for each of the 40 batches.
    assert sum(chart["marks"] >= 40 for chart in charts) == 2


def test_a_message_is_text_and_is_readable(look):
    page = look("report.html", 360, 640).page
    message = page.get_by_text("<b>not bold</b>").first
    assert message.is_visible() and page.locator("pre b").count() == 0
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('pre')).fontSize)") >= 12


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(look, scheme):
    def luminance(colour):
        channels = [int(part) / 255 for part in colour[4:-1].split(",")[:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    page = look("report.html", 360, 640, scheme).page
    ground = luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    for selector in ("h1", ".faint", "dd", "dt"):
        ink = luminance(page.evaluate(f"getComputedStyle(document.querySelector('{selector}')).color"))
        light, dark = max(ink, ground), min(ink, ground)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, selector  # WCAG 2.1, AA
