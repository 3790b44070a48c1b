"""The page in a headless browser: the explorer answers, nothing is fetched, nothing is wider than a phone."""

from __future__ import annotations

import pandas as pd
import pytest

from perovdata.dataset import METRICS, load_synapses
from perovdata.report.charts import explorer_data, gap_chart
from perovdata.report.page import Column, Page, Section

PARITY = pd.DataFrame(
    {
        "question": ["composition", "composition", "family"],
        "measured_eV": [1.6, 2.3, 1.9],
        "predicted_eV": [1.65, 2.2, 1.8],
        "low_eV": [1.5, 2.1, 1.7],
        "high_eV": [1.8, 2.4, 2.0],
    }
)
POINTS = "#explorer .mark-symbol.role-mark path"


@pytest.fixture(scope="module")
def devices():
    return load_synapses(wide=True)


def devices_table_with_code(devices):
    """The devices as the page gets them, one of them with a composition that would be code if it were let."""
    data = explorer_data(devices)
    data["devices"][0]["composition"] = "</script><script>window.pwned = 1</script>"
    return data


@pytest.fixture(scope="module")
def page_file(devices, tmp_path_factory):
    section = Section("wide", "A wide table")
    hostile = devices_table_with_code(devices)
    section.explorer(hostile, "explore")
    section.chart(gap_chart(PARITY), "gaps")
    section.choice(
        "task", {"one": ("<svg id='one'></svg>", "first"), "two": ("<svg id='two'></svg>", "second")}
    )
    section.table([Column(f"column number {k}") for k in range(30)], [["some cell of text"] * 30])
    page = Page([{"value": "1", "label": "card"}], [], [section], "end")
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(page.render(), encoding="utf-8")
    return path


@pytest.fixture(params=[390, 1300])
def view(request, browser, page_file):
    page = browser.new_page(viewport={"width": request.param, "height": 900})
    page.problems, page.requested = [], []
    page.on("console", lambda m: page.problems.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("request", lambda sent: page.requested.append(sent.url))
    page.goto(page_file.as_uri())
    page.wait_for_selector(POINTS)
    yield page
    assert page.problems == []
    assert [url for url in page.requested if not url.startswith(("data:", "blob:"))] == [page_file.as_uri()]
    page.close()


def choose(view, name, value):
    control = view.locator(f"#explorer [name={name}]")
    if name in ("from", "to"):
        control.fill(value)
        control.press("Tab")
    else:
        control.select_option(value)


def shown(view, expected):
    """Wait for the number of points; a wrong number fails by its time-out."""
    view.wait_for_function(
        "([points, n]) => document.querySelectorAll(points).length === n",
        arg=[POINTS, expected],
        timeout=5000,
    )
    return True


def test_metrics_and_filters_choose_the_points(view, devices):
    most = max((m for m in METRICS if m in devices), key=lambda m: devices[m].count())
    assert shown(view, int(devices.dropna(subset=["year"])[most].count()))
    choose(view, "y", "on_off_ratio")
    choose(view, "x", "reset_voltage")
    both = devices.dropna(subset=["reset_voltage", "on_off_ratio"])
    assert shown(view, len(both))
    assert "RESET voltage (V)" in view.inner_text("#explorer")
    choose(view, "x", "set_voltage")
    both = devices.dropna(subset=["set_voltage", "on_off_ratio"])
    assert shown(view, len(both))
    assert "SET voltage (V)" in view.inner_text("#explorer")
    choose(view, "family", "3D")
    cubic = both[both["family"] == "3D"]
    assert 0 < len(cubic) < len(both)
    assert shown(view, len(cubic))
    assert view.inner_text("#explorer .count") == f"{len(cubic)} devices"
    choose(view, "stimulus", "electrical")
    driven = cubic[cubic["stimulus"] == "electrical"]
    assert shown(view, len(driven))
    choose(view, "from", "2021")
    later = driven[driven["year"] >= 2021]
    assert 0 < len(later) < len(driven)
    assert shown(view, len(later))
    choose(view, "to", "2022")
    assert shown(view, int((later["year"] <= 2022).sum()))


def test_selectors_change_the_gap_chart_and_the_figure(view):
    points = "#wide .chart .mark-symbol.role-mark path"
    assert view.locator(points).count() == 2
    view.select_option("#wide .chart .vega-bind select", "family")
    view.wait_for_function("p => document.querySelectorAll(p).length === 1", arg=points, timeout=5000)
    assert view.is_visible(".option[data-name=one]")
    view.select_option(".choice select", "two")
    assert view.is_visible(".option[data-name=two]")
    assert view.is_hidden(".option[data-name=one]")


def test_a_point_tells_its_paper_and_leads_to_it(view, devices):
    point = view.locator(POINTS).first
    point.hover(force=True)
    view.wait_for_selector("#vg-tooltip-element.visible")
    assert "paper" in view.inner_text("#vg-tooltip-element")
    links = {f"https://doi.org/{doi}" for doi in devices["doi"].dropna()} | set(devices["url"])
    with view.context.expect_event("request", lambda sent: sent.url.startswith("http")) as asked:
        point.click(force=True)
    assert asked.value.url in links


def test_the_page_does_not_scroll_sideways_and_changes_its_theme(view):
    assert view.evaluate("document.documentElement.scrollWidth <= innerWidth")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = view.evaluate(paper)
    view.click("#theme")
    assert view.evaluate(paper) != light
    view.emulate_media(color_scheme="dark")
    view.click("#theme")
    assert view.evaluate(paper) == light


def test_a_composition_is_text_and_never_code(view):
    assert view.evaluate("window.pwned") is None
