"""The one exception that a user's own input can raise.

Everything that a person can get wrong (a formula, a cell of a table, an option, a file) raises
:class:`InputError`; the command line prints its message on one line and exits with code 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class InputError(ValueError):
    """Bad input, explained in one line.

    The message names the value, where it came from (file, row, column or argument) and what would be
    accepted. An argument of a function is written ``argument data_dir``; the command line makes the option
    ``--data-dir`` of it (:mod:`perovdata.cli.output`).

    Parameters
    ----------
    message : str
        One line, without a trailing full stop.
    """

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(str(message).split()))


def unknown_choice(what: str, value: object, accepted: Iterable[str]) -> InputError:
    """Build the error for a value outside a closed list.

    Parameters
    ----------
    what : str
        What the value is and where it came from, e.g. ``"argument morphology"``.
    value : object
        The value given.
    accepted : iterable of str
        The closed list.

    Returns
    -------
    InputError
        To be raised by the caller; it suggests the nearest accepted value if one is close.
    """
    accepted = [str(a) for a in accepted]
    near = get_close_matches(str(value), accepted, n=1)
    hint = f" (did you mean '{near[0]}'?)" if near else ""
    return InputError(f"{what}: '{value}' is not one of {', '.join(accepted)}{hint}")
