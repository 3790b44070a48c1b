"""The page escapes what it is given, and a missing file is named with the command that makes it."""

from __future__ import annotations

import re

import matplotlib.pyplot as plt
import pytest

from perovdata.errors import InputError
from perovdata.report import figure_style, read_derived, to_svg
from perovdata.report.page import Column, Page, Section
from perovdata.report.style import for_any_page, panels


def page(*sections: Section) -> str:
    return Page(
        [{"value": "1", "label": "card"}], [{"title": "t", "text": "x"}], list(sections), "end"
    ).render()


def test_texts_and_cells_are_escaped_and_figures_are_not():
    section = Section("a", "A & B")
    section.text("<script>alert(1)</script>")
    section.table(
        [Column("kind", chip=True), Column("value", number=True), Column("source")],
        [["measured", "1 < 2", {"href": "https://doi.org/10.1000/1", "text": "<b>"}]],
    )
    section.figure("<svg></svg>", "what to see")
    text = page(section)
    assert "<script>alert" not in text
    assert "A &amp; B" in text
    assert "1 &lt; 2" in text
    assert '<span class="chip measured">measured</span>' in text
    assert '<a href="https://doi.org/10.1000/1">&lt;b&gt;</a>' in text
    assert "<svg></svg>" in text
    assert '<a href="#a">A &amp; B</a>' in text


def test_figures_are_the_same_each_time():
    texts = []
    for _ in range(2):
        with figure_style():
            figure, axes = plt.subplots()
            axes.plot([1, 2], [3, 4])
            texts.append(to_svg(figure))
            plt.close(figure)
    assert texts[0] == texts[1]
    assert texts[0].startswith("<svg")


def test_style_leaves_global_settings_alone():
    before = plt.rcParams["axes.grid"]
    with figure_style():
        assert plt.rcParams["axes.grid"] is True
    assert plt.rcParams["axes.grid"] == before


def test_missing_results_are_named(tmp_path):
    with pytest.raises(InputError, match=r"skill\.csv is missing; 'dvc repro'"):
        read_derived(tmp_path)


def test_panels_stand_below_one_another_on_a_narrow_page():
    shapes = []

    def draw():
        figure, grid = panels(2, 2, 4.0, 3.0)
        grid[0, 0].set_xlabel("a label that is too long for one line of a page as narrow as a phone")
        shapes.append(grid.shape)
        return figure

    with figure_style():
        svg = for_any_page(draw)
    assert shapes == [(1, 2), (2, 1)]
    assert 'width="576pt"' in svg["wide"]
    assert 'width="288pt"' in svg["narrow"]
    section = Section("a", "A")
    section.figure(svg, "what to see")
    text = page(section)
    assert '<div class="on-wide"><svg' in text
    assert '<div class="on-narrow"><svg' in text
    names = [set(re.findall(r'id="(\w{10,})"', one)) for one in svg.values()]
    assert not names[0] & names[1]  # a clip path of the hidden figure must not serve the shown one
