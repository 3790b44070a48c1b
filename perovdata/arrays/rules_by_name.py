"""The update rules known by name: those of this room, and those that installed packages add."""

from __future__ import annotations

from perovdata.arrays.rules import FullPulses, MixedPrecision, Rule, StochasticPulses, TikiTaka
from perovdata.errors import InputError, unknown_choice
from perovdata.plugins import plugins


def update_rules() -> dict[str, type[Rule]]:
    """Every update rule by the name of its class; other packages offer theirs in ``perovdata.rules``.

    Raises
    ------
    InputError
        An entry point that cannot be loaded or is no subclass of :class:`Rule`.
    """
    found: dict[str, type[Rule]] = {
        rule.__name__: rule for rule in (FullPulses, StochasticPulses, MixedPrecision, TikiTaka)
    }
    for name, rule in plugins("perovdata.rules").items():
        if not (isinstance(rule, type) and issubclass(rule, Rule)):
            raise InputError(f"entry point {name} of perovdata.rules: {rule!r} is not a subclass of Rule")
        found[rule.__name__] = rule
    return found


def make_rule(name: str, **settings: float) -> Rule:
    """An update rule by its name.

    Parameters
    ----------
    name : str
        One of :func:`update_rules`.
    **settings
        Fields of the rule, e.g. ``learning_rate``.

    Raises
    ------
    InputError
        Unknown name or field, or a number that the rule refuses.
    """
    known = update_rules()
    if name not in known:
        raise unknown_choice("update rule", name, known)
    fields = known[name].__dataclass_fields__
    for field in settings:
        if field not in fields:
            raise unknown_choice(f"field of update rule {name}", field, fields)
    return known[name](**settings)
