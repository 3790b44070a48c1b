"""The documentation site: whole, built strictly, and without a request to the network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

documentation = pytest.importorskip("documentation", reason="needs the extra docs")
ROOT = Path(__file__).resolve().parents[2]


def nav() -> list[str]:
    told = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    return list(documentation.nav_pages(told["nav"]))


def test_every_page_stands_in_the_navigation_once():
    pages = {str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")}
    pages |= {"index.md", "changelog.md", "reference/commands.md", "reference/python.md"}
    pages |= {"reference/metrics.md", *(f"data/{path.name}" for path in (ROOT / "data").glob("*.md"))}
    pages |= {f"tutorials/{path.stem}.md" for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert sorted(nav()) == sorted(pages)


def test_the_reference_names_every_command_and_every_metric():
    from perovdata.dataset import METRICS

    text = documentation.commands()
    for command in ("predict", "simulate", "fit", "dataset read", "study requirements", "app", "cite"):
        assert f"## perovdata {command}\n" in text
    assert "`--known" in text
    assert all(f"`{name}`" in documentation.metrics() for name in METRICS)


def test_a_notebook_becomes_a_page_with_its_code():
    text = documentation.notebook(ROOT / "notebooks" / "03-fit-a-curve.ipynb")
    assert text.startswith("# From a measured curve to an accuracy\n")
    assert "```python\nfrom pathlib import Path" in text


@pytest.mark.slow
def test_the_site_is_built_strictly_and_works_without_the_network(tmp_path, browser):
    site = tmp_path / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", site]
    # An address that nothing answers on: whatever asks the network fails.
    offline = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")
    done = subprocess.run(command, cwd=ROOT, env=os.environ | offline, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert {str(path.relative_to(site)) for path in site.rglob("*.html")} >= {
        page.replace(".md", ".html").replace("README.html", "index.html") for page in nav()
    }
    loaded = re.compile(r"<(?:script|img|iframe)[^>]+src=[\"']?https?:|<link[^>]+stylesheet[^>]+https?:")
    assert [path for path in site.rglob("*.html") if loaded.search(path.read_text(encoding="utf-8"))] == []
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site / "index.html").as_uri())  # from the disk, as a downloaded site is read
    page.locator("input.md-search__input").press_sequentially("endurance")
    page.wait_for_selector(".md-search-result__item")
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    page.set_viewport_size({"width": 390, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()
