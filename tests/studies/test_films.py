"""Light in the studies: the composition's gap and spectrum reach the simulation; pixels of several films."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from perovdata.chemistry import parse
from perovdata.cli.application import app
from perovdata.dataset import load_tables
from perovdata.devices import GRID_NM, SynapseParameters, absorptance
from perovdata.errors import InputError
from perovdata.materials import absorption
from perovdata.studies import HALIDE_SERIES, from_device, from_record, screen, simulate
from perovdata.studies.films import films_of_pixel, with_layers
from perovdata.studies.pixel import chart_error
from perovdata.vision import load_images, run

from .test_simulate import FixedPredictor

PIXEL = "CsPb(Cl0.3Br0.7)3,CsPb(Br0.7I0.3)3,CsPb(Br0.3I0.7)3"


@pytest.fixture(scope="module")
def digits():
    return load_images("digits").take(300, 100)


def measured_film(formula: str) -> SynapseParameters:
    found = absorption(parse(formula), GRID_NM)
    assert found.origin == "measured"
    return SynapseParameters.make(absorption=100 * found.values[None])


def test_wider_gaps_lose_red_then_green_then_all_but_violet(digits):
    lights = {"violet": "405", "blue": "470", "green": "555", "red": "635"}
    films = SynapseParameters.stack([measured_film(f) for f in ("CsPbI3", "CsPbBr3", "CsPbCl3")])
    result = run("colour", films, images=digits, wavelengths_nm=",".join(lights.values()))
    seen = {name: result.extras[f"accuracy_{nm}_nm"][:, 0] > 60 for name, nm in lights.items()}
    lost = {name: result.extras[f"accuracy_{nm}_nm"][:, 0] < 25 for name, nm in lights.items()}
    assert [name for name in lights if seen[name][0]] == ["violet", "blue", "green", "red"]
    assert [name for name in lights if seen[name][1]] == ["violet", "blue"]
    assert [name for name in lights if lost[name][1]] == ["green", "red"]
    assert [name for name in lights if seen[name][2]] == ["violet"]
    assert [name for name in lights if lost[name][2]] == ["blue", "green", "red"]
    # The measured coefficients at 450 and 670 nm of CsPbI3 (10.1021/acsnano.2c09482) for 300 nm.
    share = np.asarray(absorptance(films))[0]
    at = {nm: share[np.flatnonzero(nm == GRID_NM)[0]] for nm in (450.0, 670.0)}
    assert at[450.0] == pytest.approx(1 - np.exp(-8.6e6 * 3e-7), abs=0.01)
    assert at[670.0] == pytest.approx(1 - np.exp(-8.3e5 * 3e-7), abs=0.01)


def test_the_gap_of_the_composition_changes_the_answer(digits):
    quick = {"draws": 4, "predictor": FixedPredictor(), "images": digits, "options": {"pulses": 1}}
    results = {
        formula: simulate(formula, task="colour", **quick)
        for formula in ("CsPb(Cl0.5Br0.5)3", "FAPb(I0.8Br0.2)3")
    }
    wide, narrow = results.values()
    assert narrow["accuracy"]["median"] > wide["accuracy"]["median"] + 25
    gap = narrow["parameters"]["bandgap"]
    assert gap["origin"] in ("predicted", "measured")
    assert 1.55 < gap["median"] < 1.75
    assert gap["interval"][0] < gap["median"] < gap["interval"][1]
    assert narrow["parameters"]["film_thickness"]["origin"] == "assumed"
    assert narrow["source"]["film"]["absorption"] == "predicted"
    # Digits in red light only the narrow gap sees, and a thin film absorbs less of it.
    thin = simulate("FAPb(I0.8Br0.2)3", task="colour", thickness_nm=30.0, **quick)
    for result, low, high in ((wide, 0, 1), (narrow, 30, 100), (thin, 2, 30)):
        assert low <= result["extras"]["absorbed_635_nm"]["median"] <= high


def test_a_gap_measured_on_the_device_wins(digits):
    options = {"draws": 4, "predictor": FixedPredictor(), "images": digits, "options": {"pulses": 1}}
    result = simulate("MAPbBr3", task="colour", known={"bandgap": 2.5}, **options)
    assert result["parameters"]["bandgap"]["median"] == pytest.approx(2.5)
    assert result["parameters"]["bandgap"]["detail"].startswith("bandgap of this device")


def test_an_unknown_composition_takes_all_light_and_says_so(digits):
    quick = {"draws": 2, "predictor": FixedPredictor(), "images": digits, "options": {"pulses": 1}}
    result = simulate("Cs3Sb2Br9", task="colour", **quick)
    film = result["source"]["film"]
    assert film["absorption"] == "missing"
    assert film["rule"]
    if "bandgap" not in result["parameters"]:
        assert result["extras"]["absorbed_635_nm"]["median"] == pytest.approx(100)


def test_records_get_the_film_of_their_composition():
    devices = load_tables().devices
    device = devices.loc[devices["composition"] == "CsPbBr3", "device_id"].iloc[0]
    parameters = from_record(device, draws=3).parameters
    assert parameters.absorption.shape == (3, len(GRID_NM))
    share = np.asarray(absorptance(parameters))
    assert (share[:, GRID_NM < 480] > 0.1).all()
    assert (share[:, GRID_NM > 600] < 0.01).all()
    unstated = devices.loc[devices["composition"] == "", "device_id"]
    assert all(from_record(name, draws=2).parameters.absorption is None for name in unstated[:1])


def test_a_pixel_of_films_replaces_filters(digits):
    quick = {"preset": "ag-a-si", "task": "colour", "images": digits}
    single = simulate(**quick, options={"filters": "none"})
    result = simulate(**quick, layers=PIXEL)
    assert result["accuracy"]["median"] > single["accuracy"]["median"] + 30
    pixel = result["pixel"]
    mixing = np.array(pixel["mixing_matrix"])
    assert mixing.shape == (3, 3)
    assert (mixing.argmax(axis=1) == [0, 1, 2]).all()  # blue, green, red from the front to the back
    assert (mixing.sum(axis=0) <= 1 + 1e-6).all()  # no photon is absorbed twice
    assert 1 < pixel["condition_number"]["median"] < 10
    assert 1 < pixel["colour_error"]["median"] < 10
    assert result["draws"] == 32
    beside = simulate(**quick, layers=PIXEL.split(","), options={"arrangement": "side-by-side"})
    assert beside["pixel"]["condition_number"]["median"] > pixel["condition_number"]["median"]


def test_a_stack_of_formulas_names_the_films():
    films, design = films_of_pixel("colour", None, {"stack": PIXEL, "thickness_nm": 200.0})
    assert [film.formula for film in films] == PIXEL.split(",")
    assert design == {"thickness_nm": 200.0}
    # A device's own stack stays what it is, and so does any stack in another task.
    for task, stack in (("colour", "Ag/CsPbBr3/ITO"), ("colour", "Au, CsPbBr3 film, ITO"), ("motion", PIXEL)):
        assert films_of_pixel(task, None, {"stack": stack}) == ([], {"stack": stack})


@pytest.mark.parametrize(
    ("task", "layers", "design", "said"),
    [
        ("motion", PIXEL, {}, "colour"),
        ("colour", "CsPbBr3", {}, "two or more"),
        ("colour", "CsPbBr3,Cs3Sb2Br9", {}, "Cs3Sb2Br9 is unknown"),
        ("colour", PIXEL, {"stack": PIXEL}, "give one of them"),
    ],
)
def test_bad_layers_are_named(task, layers, design, said):
    with pytest.raises(InputError, match=said):
        films_of_pixel(task, layers, design)


def test_films_of_a_pixel_vary_independently():
    films = [parse("FAPb(I0.5Br0.5)3"), parse("MAPb(I0.5Br0.5)3")]
    params = with_layers(SynapseParameters.make().take(np.zeros(40, int)), films, None, 0)
    blue = np.log(np.asarray(params.absorption)[:, :, 20])
    assert abs(np.corrcoef(blue.T)[0, 1]) < 0.5


def test_colour_error_of_what_is_known():
    from colour import MSDS_CAMERA_SENSITIVITIES, MSDS_CMFS

    def per_photon(table):
        columns = [np.interp(GRID_NM, table.wavelengths, c, left=0, right=0) for c in table.values.T]
        return np.array(columns) / GRID_NM

    eye = per_photon(MSDS_CMFS["CIE 1931 2 Degree Standard Observer"])
    assert chart_error(eye).max() < 1e-6
    # Any mixture of the same three channels is as good.
    assert chart_error(np.array([[1, 0.5, 0], [0, 1, 0.2], [0.3, 0, 1]]) @ eye).max() < 1e-6
    cameras = [chart_error(per_photon(table)).mean() for table in MSDS_CAMERA_SENSITIVITIES.values()]
    assert all(0.5 < error < 4 for error in cameras)
    assert chart_error(eye[1:2]).mean() > 10  # one channel tells no colours
    assert np.isfinite(chart_error(np.zeros((2, len(GRID_NM))))).all()


def test_screening_for_colour_ranks_the_halides(digits):
    designs = [{"composition": f} for f in HALIDE_SERIES if f.startswith("Cs")]
    ranked, failed = screen(designs, "colour", draws=2, predictor=FixedPredictor(), images=digits, pulses=1)
    assert not failed
    order = [row["composition"] for row in ranked]
    assert set(order[:2]) == {"CsPbI3", "CsPb(Br0.5I0.5)3"}
    assert order[2] == "CsPbBr3"
    assert all(row["absorbed_532_nm"] < 1 for row in ranked[3:])
    red = [row["composition"] for row in ranked if row["accuracy_635_nm"] > 60]
    assert set(red) == {row["composition"] for row in ranked if row["bandgap"] < 1.95}


def test_commands(tmp_path):
    result = CliRunner().invoke(
        app, ["simulate", "--preset", "ag-a-si", "--task", "colour", "--layers", "CsPbBr3,CsPbI3",
              "--set", "wavelengths_nm=450,635", "--set", "pulses=1", "--json"],
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["pixel"]["layers"] == ["CsPbBr3", "CsPbI3"]
    assert told["options"]["filters"] == "none"
    shown = CliRunner().invoke(
        app, ["simulate", "--preset", "ideal", "--task", "colour", "--layers", "CsPbBr3,CsPbI3",
              "--set", "wavelengths_nm=450,635", "--set", "pulses=1"],
    )  # fmt: skip
    assert "CIE Delta E 2000" in " ".join(shown.output.split())
    wrong = CliRunner().invoke(app, ["study", "screen", "--goal", "speed"])
    assert "'speed' is not one of colour" in str(wrong.exception)


def test_device_files_keep_their_own_gap(tmp_path):
    path = tmp_path / "device.yaml"
    path.write_text("name: mine\nbandgap: 2.0\nfilm_thickness: 1.0e-7\n")
    parameters = from_device(path).parameters
    assert parameters.absorption is None
    share = np.asarray(absorptance(parameters))[0]
    expected = 1 - np.exp(-8.7e6 * np.sqrt(1239.842 / 450 - 2) * 1e-7)
    assert share[GRID_NM == 450.0][0] == pytest.approx(expected, abs=1e-3)
