"""The app in a real browser: a file in, numbers out, nothing asked of the network."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from perovdata.app import serve, server
from perovdata.chemistry import parse
from perovdata.errors import InputError
from perovdata.materials import bandgap

CURVE = Path(__file__).resolve().parents[1] / "fitting" / "cases" / "smooth_ltp.csv"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("app") / "log"
    with log.open("w") as out:
        command = [sys.executable, "-m", "perovdata", "app", "--port", str(port), "--no-browser"]
        process = subprocess.Popen(command, stdout=out, stderr=out)
        try:
            _wait_for(port, process, log)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(log.read_text())


@pytest.fixture(scope="module")
def page(address, browser):
    """The page at the width of a phone; requests to elsewhere and errors of the console are collected."""
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.set_default_timeout(60_000)
    page.wrong = []
    page.on("request", lambda r: page.wrong.append(r.url) if not _here(r.url, address) else None)
    page.on("console", lambda m: page.wrong.append(m.text) if m.type == "error" else None)
    page.goto(address)
    yield page
    page.close()


def _here(url: str, address: str) -> bool:
    return url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))


def columns(page):
    """What the two columns are read as; example and measurement stand before, the task behind them."""
    return page.get_by_role("combobox").all()[2:4]


def test_a_dropped_curve_shows_its_label_its_columns_and_its_device_file(page, tmp_path):
    page.set_input_files("input[type=file]", CURVE)
    page.get_by_role("cell", name="Nonlinearity (LTP)").first.wait_for()
    assert page.get_by_text("Columns as read").first.is_visible()
    assert [column.input_value() for column in columns(page)] == ["pulse", "conductance"]
    with page.expect_download() as found:
        page.get_by_role("link", name="Device file").click()
    found.value.save_as(tmp_path / "device.yaml")
    device = yaml.safe_load((tmp_path / "device.yaml").read_text())
    from perovdata import fit

    assert device["nonlinearity_ltp"] == pytest.approx(
        fit(CURVE).parameters["nonlinearity_ltp"].value, rel=1e-6
    )


def test_a_column_read_as_something_else_changes_the_fit(page):
    columns(page)[1].select_option("pulse_voltage")
    page.get_by_role("cell", name="Nonlinearity (LTP)").first.wait_for(state="detached")
    columns(page)[1].select_option("conductance")
    page.get_by_role("cell", name="Nonlinearity (LTP)").first.wait_for()


def test_a_quick_task_tells_the_accuracy(page):
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text("floating point").first.wait_for()
    told = page.get_by_text("floating point").first.inner_text()
    assert "%" in told
    assert "seeds 1," in told  # a fit with uncertainty is drawn, as by the command
    assert int(told.split("draws ")[1].split(",")[0]) >= 32


def test_a_composition_shows_its_gap_and_a_wrong_one_what_is_wrong(page):
    page.get_by_role("radio", name="A composition").click()
    # Until the page has changed, the first field is the read voltage of the curve.
    page.get_by_role("button", name="Predict the metrics").wait_for()
    field = page.get_by_role("textbox").first
    field.fill("MAPbI3")
    field.press("Enter")
    page.get_by_role("cell", name=f"{bandgap(parse('MAPbI3')).value:.3f} eV").first.wait_for()
    field.fill("CsPbQ3")
    field.press("Enter")
    page.get_by_text("'Q'").first.wait_for()


def test_nothing_was_asked_of_the_network_and_the_page_fits_a_phone(page):
    assert page.wrong == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_the_extra_the_way_to_it_is_told(monkeypatch):
    monkeypatch.setattr(server.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'perovdata\[app\]'"):
        serve()


def test_a_port_that_is_none_is_refused():
    with pytest.raises(InputError, match="70000"):
        serve(70000)


def test_a_film_lets_pass_what_it_does_not_absorb():
    """A thick film of the iodide is darker and redder than the chloride, which absorbs no visible light."""
    from perovdata.app.material import film_colour

    def rgb(formula: str) -> list[int]:
        colour, _ = film_colour(parse(formula))
        return [int(colour[k : k + 2], 16) for k in (1, 3, 5)]

    red, green, blue = rgb("MAPbI3")
    assert red > green > blue
    assert min(rgb("CsPbCl3")) > max(green, blue)
    assert film_colour(parse("Cs2AgBiBr6")) is None or rgb("Cs2AgBiBr6")
