"""The fit of each kind of measurement, by its name."""

from __future__ import annotations

from perovdata.fitting.fit_decay import fit_decay
from perovdata.fitting.fit_endurance import fit_endurance, fit_jumps
from perovdata.fitting.fit_pd import fit_pulse_train
from perovdata.fitting.fit_ppf import fit_paired_pulse
from perovdata.fitting.fit_trace import fit_trace
from perovdata.fitting.result import Fitter

FITTERS: dict[str, Fitter] = {
    "pd": fit_pulse_train,
    "jump": fit_jumps,
    "ppf": fit_paired_pulse,
    "decay": fit_decay,
    "iv-endurance": fit_endurance,
    "trace": fit_trace,
}
