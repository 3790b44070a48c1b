"""The schema of the tables, in one place.

The validator, the Frictionless and Croissant descriptors, the data dictionary, the loader and the
command line's help all read this module; it imports nothing heavy.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Literal

from perovdata.dataset.schema.vocabularies import NOT_STATED, VOCABULARIES, Vocabulary
from perovdata.errors import InputError, unknown_choice
from perovdata.text import CONTROL

VERSION = "2026.11"  # of the tables: year and month of the collection, not that of the software
NOTE_LIMIT = 200  # characters: a note is the curator's remark; a sentence of a paper is longer


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        Header of the column.
    type : {"string", "number", "integer", "boolean"}
        Frictionless type; booleans are ``true`` or ``false``.
    description : str
        What a cell holds.
    unit : str or None
        Unit of a numeric column.
    required : bool
        Whether an empty cell is an error.
    vocabulary : Vocabulary or None
        Closed list of the cell.
    many : bool
        Whether a cell may hold several terms, joined by ``;``.
    references : tuple of (str, str) or None
        Table and column that a foreign key points to.
    low, high : float or None
        Hard limits of a number (a value outside is an error).
    max_length : int or None
        Longest accepted text.
    """

    name: str
    type: Literal["string", "number", "integer", "boolean"]
    description: str
    unit: str | None = None
    required: bool = False
    vocabulary: Vocabulary | None = None
    many: bool = False
    references: tuple[str, str] | None = None
    low: float | None = None
    high: float | None = None
    max_length: int | None = None


@dataclass(frozen=True)
class Table:
    """One CSV file.

    Parameters
    ----------
    name : str
        Name without suffix.
    key : str
        Column that holds the key.
    description : str
        What a row is.
    columns : tuple of Column
        Columns in the order of the file.
    origin : str
        Where a table that was taken over as a whole comes from, and on which terms; else empty.
    cite : tuple of str
        DOIs that whoever uses such a table must cite beside those of its rows.
    """

    name: str
    key: str
    description: str
    columns: tuple[Column, ...]
    origin: str = ""
    cite: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in the order of the file."""
        return tuple(c.name for c in self.columns)

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def _text(name: str, description: str, **more: Any) -> Column:
    return Column(name, "string", description, **more)


def _term(name: str, vocabulary: str, **more: Any) -> Column:
    terms = VOCABULARIES[vocabulary]
    return Column(name, "string", terms.description, required=not more.get("many"), vocabulary=terms, **more)


_NOTES = _text("notes", "Curator's remark in own words, never a sentence of a paper.", max_length=NOTE_LIMIT)
_CONDITIONS = _text(
    "conditions",
    "Conditions of this value: interval, wavelength, bias, atmosphere ...",
    max_length=NOTE_LIMIT,
)
_SOURCE_URL = _text("source_url", "Page this row was read from, where it is not the paper's own url.")

_PAPERS = Table("papers", "paper_id", "The papers that report the devices.", (
    _text("paper_id", "Key: first author, year and a short hash; given once, never changed.", required=True),
    _text("doi", "DOI without resolver, as the publisher writes it."),
    _text("url", "Page that was read; with the DOI missing, also the paper's identity."),
    _text("title", "Title as far as seen."),
    Column("year", "integer", "Year of publication.", low=1990, high=2100),
    _text("journal", "Journal or proceedings."),
    _text("first_author", "First author as the page writes the name."),
))  # fmt: skip

_DEVICES = Table("devices", "device_id", "One row per device (or device variant) of a paper.", (
    _text("device_id", "Key: d and a running number; given once, never changed.", required=True),
    _text("paper_id", "Paper that reports the device.", required=True, references=("papers", "paper_id")),
    _text("composition", "Formula of the perovskite as researchers write it; empty if not seen."),
    _text("composition_text", "What is known of the composition beyond the formula, or instead of it.",
          max_length=NOTE_LIMIT),
    Column("n_layers", "number", "Octahedral layers per slab of a layered perovskite.", low=1, high=100),
    _term("dimensionality", "dimensionality"),
    _term("morphology", "morphology"),
    _term("device_type", "device_type"),
    _term("geometry", "geometry"),
    _text("stack", "Layers as the source lists them, joined by '/'."),
    _text("bottom_electrode", "Bottom electrode."),
    _text("top_electrode", "Top electrode."),
    _text("interlayers", "Layers between perovskite and electrodes, joined by ';'."),
    _text("heterolayer", "Second active material in contact with the perovskite."),
    _text("additive", "Dopant, ligand, polymer or additive in the perovskite."),
    _term("stimulus", "stimulus"),
    Column("wavelength_nm", "number", "Wavelength of the stimulus; the shortest where several are given.",
           unit="nm", low=0.001, high=20000),
    Column("wavelength_max_nm", "number", "Longest wavelength where several are given, else empty.",
           unit="nm", low=0.001, high=20000),
    Column("thickness_nm", "number", "Thickness of the perovskite.", unit="nm", low=0.3, high=1e8),
    _term("mechanism", "mechanism"),
    _term("mode", "mode"),
    Column("lead_free", "boolean", "Whether the perovskite holds no lead; empty if not known."),
    _term("applications", "application", many=True),
    _term("source_kind", "source_kind"),
    _text("design_notes", "Finer wording where a closed list is coarser: device type, mechanism, stimulus.",
          max_length=NOTE_LIMIT),
    _NOTES,
))  # fmt: skip

_MEASUREMENTS = Table("measurements", "measurement_id", "One row per reported value.", (
    _text("measurement_id", "Key: m and a running number; given once, never changed.", required=True),
    _text("device_id", "Device that was measured.", required=True, references=("devices", "device_id")),
    _text("metric", "Which quantity: one of the metrics of the data dictionary.", required=True),
    _term("operator", "operator"),
    Column("value", "number", "The value, in unit; the lower end of a range.", required=True),
    Column("value_high", "number", "Upper end of a range, else empty."),
    _text("unit", "Unit of the metric (fixed per metric).", required=True),
    _text("definition", "Which of the metric's definitions (its closed list); empty if it has none."),
    _CONDITIONS,
    _term("source_kind", "source_kind"),
    _SOURCE_URL,
    _NOTES,
))  # fmt: skip

_BENCHMARKS = Table("benchmarks", "benchmark_id", "Accuracies as claimed by the papers.", (
    _text("benchmark_id", "Key: b and a running number; given once, never changed.", required=True),
    _text("device_id", "Device whose behaviour the network used.", required=True,
          references=("devices", "device_id")),
    _text("dataset", "Name of the data set; empty if not named."),
    _text("task", "What was recognised.", max_length=NOTE_LIMIT),
    _text("network", "Network as far as told.", max_length=NOTE_LIMIT),
    _term("operator", "operator"),
    Column("accuracy_percent", "number", "Accuracy as claimed.", unit="%", required=True, low=0, high=100),
    _term("kind", "benchmark_kind"),
    _term("source_kind", "source_kind"),
    _SOURCE_URL,
    _NOTES,
))  # fmt: skip

_CATIONS = Table("organic_cations", "abbreviation", "A-site and spacer ions and their abbreviations.", (
    _text("abbreviation", "Key: the abbreviation as papers write it.", required=True),
    _text("aliases", "Other abbreviations in use, joined by ','."),
    _text("formula", "Formula with charge, e.g. CH6N+.", required=True),
    Column("charge", "integer", "Charge of the ion.", required=True, low=-6, high=6),
    _text("smiles", "Structure as SMILES."),
    Column("usage_count", "integer", "How often the solar-cell literature uses the abbreviation.", low=0),
    Column("r_eff_pm", "number", "Effective radius.", unit="pm", low=50, high=1000),
    Column("r_vol_pm", "number", "Radius of a sphere of the ion's volume.", unit="pm", low=50, high=1000),
    Column("r_vdw_estimate_pm", "number", "Van-der-Waals estimate.", unit="pm", low=50, high=1000),
    _text("flag", "Known trouble with the row: alias collision, formula against charge."),
    _text("names", "Names and written-out formulas under which papers give the ion, joined by '|'."),
    Column("aromatic_rings", "integer", "Aromatic rings of the ion.", low=0, high=20),
    _text("source", "Where the row and its radii come from."),
))  # fmt: skip

_PROPERTIES = Table("properties", "property_id", "Material properties by composition, with their source.", (
    _text("property_id", "Key of the row.", required=True),
    _text("composition", "Formula, or the ion's symbol for a radius."),
    _text("material", "What is known of the material beyond the formula."),
    _text("property", "Which property.", required=True),
    Column("value", "number", "The value, in unit.", required=True),
    _text("unit", "Unit of the value.", required=True),
    _term("method", "property_method"),
    _text("conditions", "How the value was obtained: sample, technique, temperature, direction."),
    _text("doi", "DOI of the source."),
    _text("url", "Page that was read, or github:owner/repository and the file."),
))  # fmt: skip

_BANDGAPS_ORIGIN = (
    "Extracted from the open-access Perovskite Database (Jacobsson et al. 2022, Nature Energy 7, 107; cite "
    "it) and curated with closed site sums by later users, who offer their tables under CC-BY-4.0. The "
    "database's own terms were not seen; no basis and no paper is stated per row."
)
_ABSORPTION_ORIGIN = (
    "Collected in the public-domain (CC0) refractive-index collection; read at every 10 nm. These papers "
    "report no device and train no predictor of a device's metrics, so the rule of reserved papers leaves "
    "them alone."
)
_BANDGAPS = Table("bandgaps", "bandgap_id", "Optical band gaps of ABX3 perovskites of solar cells.", (
    _text("bandgap_id", "Key: e and a running number; given once, never changed.", required=True),
    _text("composition", "Formula with site fractions that close to one.", required=True),
    Column("bandgap_eV", "number", "Band gap as entered in the database; on which basis is not stated there.",
           unit="eV", required=True, low=0.2, high=6),
    _text("flag", "Why the row is not trusted (no model trains on it); empty if nothing speaks against it.",
          max_length=NOTE_LIMIT),
    _text("doi", "DOI of the database.", required=True),
), origin=_BANDGAPS_ORIGIN,
    cite=("10.1038/s41560-021-00941-3",))  # fmt: skip

_ABSORPTION = Table("absorption", "absorption_id", "Measured absorption spectra, one wavelength per row.", (
    _text("absorption_id", "Key: a and a running number; given once, never changed.", required=True),
    _text("composition", "Formula of the material.", required=True),
    Column("wavelength_nm", "number", "Wavelength in vacuum.", unit="nm", required=True, low=100, high=20000),
    Column("absorption_per_cm", "number",
           "Absorption coefficient, 4 pi k / wavelength of the measured extinction coefficient k; "
           "below about 1e3 it is the noise of k.", unit="1/cm", required=True, low=0, high=1e8),
    _text("doi", "DOI of the paper that reports the spectrum; with the composition it names the spectrum.",
          required=True),
), origin=_ABSORPTION_ORIGIN)  # fmt: skip

_OUT_OF_SCOPE = "Devices of other materials: outside the scope, kept only to learn how metrics vary together."
_BACKGROUND = Table("background", "background_id", _OUT_OF_SCOPE, (
    _text("background_id", "Key: g and a running number; given once, never changed.", required=True),
    _text("device_id", "Device, x and a running number; it stands in this table only.", required=True),
    _text("paper_id", "Paper, formed like the key of papers; it stands in this table only.", required=True),
    _text("doi", "DOI of the paper."),
    _text("url", "Page that was read."),
    Column("year", "integer", "Year of publication.", low=1960, high=2100),
    _text("first_author", "First author as the page writes the name."),
    _text("material", "Switching material.", required=True, max_length=NOTE_LIMIT),
    _term("device_type", "device_type"),
    _term("geometry", "geometry"),
    _text("stack", "Layers as the source lists them, joined by '/'."),
    _term("stimulus", "stimulus"),
    _term("mechanism", "mechanism"),
    _term("mode", "mode"),
    *(c for c in _MEASUREMENTS.columns if c.name not in ("measurement_id", "device_id", "source_url")),
))  # fmt: skip

TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        _PAPERS,
        _DEVICES,
        _MEASUREMENTS,
        _BENCHMARKS,
        _CATIONS,
        _PROPERTIES,
        _BANDGAPS,
        _ABSORPTION,
        _BACKGROUND,
    )
}


@dataclass(frozen=True)
class SynapseDesign:
    """A device to be: the design columns of a row of ``devices``, without a paper.

    Every field but `composition` may be None (unknown). The term ``"not stated"`` is read as None.

    Raises
    ------
    perovdata.errors.InputError
        For a term outside its closed list, an empty composition or a number that is not positive.
    """

    composition: str
    n_layers: float | None = None
    dimensionality: str | None = None
    morphology: str | None = None
    device_type: str | None = None
    geometry: str | None = None
    stack: str | None = None
    heterolayer: str | None = None
    additive: str | None = None
    stimulus: str | None = None
    wavelength_nm: float | None = None
    thickness_nm: float | None = None
    mechanism: str | None = None
    mode: str | None = None

    def __post_init__(self) -> None:
        if not known(self.composition):
            raise InputError("composition: empty; a formula such as CsPbBr3 is needed")
        if not isinstance(self.composition, str):
            what = f"'{str(self.composition)[:40]}' is no text"
            raise InputError(f"composition: {what}; a formula such as CsPbBr3 is needed")
        for name, column in _DESIGN_FIELDS.items():
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, _design_value(column, value))

    def as_row(self) -> dict[str, Any]:
        """The design as a dict of columns, None where unknown."""
        return {name: getattr(self, name) for name in DESIGN_COLUMNS}


DESIGN_COLUMNS: tuple[str, ...] = tuple(f.name for f in dataclasses.fields(SynapseDesign))
_DESIGN_FIELDS: dict[str, Column] = {name: _DEVICES[name] for name in DESIGN_COLUMNS[1:]}


def _design_value(column: Column, value: Any) -> Any:
    """Check one field of a design against its column; None stands for unknown."""
    if not known(value):
        return None
    if column.vocabulary is not None:
        if value not in column.vocabulary:
            raise unknown_choice(column.name, value, column.vocabulary)
        return str(value)
    if column.type == "number":
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        assert column.low is not None
        assert column.high is not None
        if not (column.low <= number <= column.high):
            unit = f" {column.unit}" if column.unit else ""
            accepted = f"a number from {column.low:g} to {column.high:g}{unit}"
            raise InputError(f"{column.name}: '{str(value)[:40]}' is not {accepted}")
        return number
    if isinstance(value, list | dict | bool):
        raise InputError(f"{column.name}: '{str(value)[:40]}' is no text")
    if bad := CONTROL.search(str(value)):
        raise InputError(f"{column.name}: U+{ord(bad[0]):04X} is no printable character; text is needed")
    return str(value)


def known(value: Any) -> bool:
    """Whether a cell or option says something: not None, NaN, empty or ``"not stated"``."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return False
    text = str(value).strip()
    return text not in ("", NOT_STATED, "<NA>")
