"""Figures of light: every measured material has its panel, every film its line."""

from perovdata.report.light_figures import absorption_figure, mixing_figure


def test_every_measured_material_beside_its_prediction():
    figure = absorption_figure()
    panels = [axis for axis in figure.axes if axis.get_visible()]
    titles = [axis.get_title("left") for axis in panels]
    assert len(titles) == len(set(titles)) == 15
    lines = {title: len(axis.lines) for title, axis in zip(titles, panels, strict=True)}
    assert lines["MAPbI3"] == 4  # three spectra and the law
    assert lines["(BA)2PbI4"] == 2


def test_a_pixel_shows_its_films_and_its_matrix():
    pixel = {
        "layers": ["CsPbCl3", "CsPbBr3"],
        "arrangement": "stacked",
        "wavelengths_nm": [405.0, 470.0, 635.0],
        "mixing_matrix": [[0.9, 0.1, 0.0], [0.1, 0.75, 0.05]],
    }
    left, right = mixing_figure(pixel).axes
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["1: CsPbCl3", "2: CsPbBr3"]
    assert sorted(text.get_text() for text in right.texts) == sorted(["90", "10", "0", "10", "75", "5"])
