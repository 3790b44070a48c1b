"""The options that several commands share, each declared once.

A command takes a whole group of options as one parameter: :func:`grouped` shows every option of the group
on the command line and hands the command the group. The options of a design are read off the schema, so a
new design column is an option of every command that takes a design.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from inspect import Parameter, Signature
from pathlib import Path
from typing import Annotated, Any, Self, get_type_hints

import typer

from perovdata.checks import check_counts, check_seed
from perovdata.dataset.schema import DESIGN_COLUMNS, NOT_STATED, TABLES, Column
from perovdata.errors import InputError, unknown_choice

_DESIGN = "Design (all optional)"
_DEVICE = "Device"
_RUN = "Run"


def flag(*names: str, **more: Any) -> Any:
    """An option that is there or not: its help shows no type."""
    return typer.Option(*names, metavar="", **more)


Json = Annotated[bool, flag("--json", help="Print one JSON value on stdout.")]
Known = Annotated[
    list[str] | None,
    typer.Option(
        "--known",
        help="METRIC=VALUE measured already, e.g. 'set_voltage=0.4' or 'energy_per_event=4.2 pJ'.",
    ),
]
Level = Annotated[float, typer.Option(help="Level of the intervals, e.g. 0.9.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", help="Folder for JSON, Parquet and pictures.", rich_help_panel=_RUN),
]


def _tasks(incomplete: str) -> list[str]:
    """Names of the tasks, for the shell's completion."""
    from perovdata.vision import TASKS

    return [name for name in TASKS if name.startswith(incomplete)]


Task = Annotated[
    str,
    typer.Option(
        "--task",
        help="Task; 'perovdata vision tasks' lists them.",
        rich_help_panel=_RUN,
        autocompletion=_tasks,
    ),
]


class OptionGroup:
    """Options that belong together; a subclass is a dataclass whose fields are options."""

    @classmethod
    def parameters(cls, default: OptionGroup | None) -> list[Parameter]:
        """The options as parameters of a command; their defaults are those of `default`."""
        hints = get_type_hints(cls, include_extras=True)
        return [
            _parameter(f.name, hints[f.name], f.default if default is None else getattr(default, f.name))
            for f in fields(cls)  # type: ignore[arg-type]  # every subclass is a dataclass
        ]

    @classmethod
    def of(cls, **given: Any) -> Self:
        """The group from the values of its options."""
        return cls(**given)


@dataclass(frozen=True)
class TaskOptions(OptionGroup):
    """How a task is run, whatever the device and however often."""

    seed: Annotated[int, typer.Option(help="Base seed.", rich_help_panel=_RUN)] = 0
    epochs: Annotated[int | None, typer.Option(help="For tasks that train.", rich_help_panel=_RUN)] = None
    data_dir: Annotated[
        Path | None,
        typer.Option("--data-dir", help="Folder of the original IDX files.", rich_help_panel=_RUN),
    ] = None

    def __post_init__(self) -> None:
        check_counts(epochs=self.epochs)
        check_seed(self.seed)


@dataclass(frozen=True)
class RunOptions(TaskOptions):
    """How a task is run, with a number of repetitions that is the same for all devices."""

    seeds: Annotated[int, typer.Option(help="Repetitions of every parameter set.", rich_help_panel=_RUN)] = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        check_counts(seeds=self.seeds)


@dataclass(frozen=True)
class DeviceOptions(OptionGroup):
    """Where a device comes from if not from a composition."""

    device: Annotated[
        Path | None, typer.Option("--device", help="Device file (YAML).", rich_help_panel=_DEVICE)
    ] = None
    preset: Annotated[
        str | None, typer.Option("--preset", help="Published device, e.g. ag-a-si.", rich_help_panel=_DEVICE)
    ] = None
    record: Annotated[
        str | None,
        typer.Option("--record", help="Device of the tables, e.g. d0002.", rich_help_panel=_DEVICE),
    ] = None


@dataclass(frozen=True)
class DesignOptions(OptionGroup):
    """The design columns that the command line states, each within its closed list."""

    stated: dict[str, Any]

    @classmethod
    def parameters(cls, default: OptionGroup | None) -> list[Parameter]:
        return [_design_option(TABLES["devices"][name]) for name in DESIGN_COLUMNS[1:]]

    @classmethod
    def of(cls, **given: Any) -> Self:
        stated = {name: value for name, value in given.items() if value is not None}
        for name, value in stated.items():
            terms = TABLES["devices"][name].vocabulary
            if value != value:  # as a cell of a table, nan says that nothing is known
                raise InputError(f"{name}: 'nan' is not a number")
            if terms is not None and value not in terms:
                raise unknown_choice(f"option --{name.replace('_', '-')}", value, terms)
        return cls(stated)


def _design_option(column: Column) -> Parameter:
    """The option of a design column: its closed list, or what the data dictionary says of it."""
    kind = float if column.type == "number" else str
    names = ("--n",) if column.name == "n_layers" else ()
    if column.vocabulary is None:
        text = column.description.rstrip(".") + (f", in {column.unit}." if column.unit else ".")
        option = typer.Option(*names, help=text, rich_help_panel=_DESIGN)
    else:
        terms = [term for term in column.vocabulary if term != NOT_STATED]
        option = typer.Option(
            help=f"One of: {', '.join(terms)}.",
            rich_help_panel=_DESIGN,
            metavar="TERM",
            autocompletion=lambda incomplete: [term for term in terms if term.startswith(incomplete)],
        )
    return _parameter(column.name, Annotated[kind | None, option], None)


def _parameter(name: str, annotation: Any, default: Any) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """Show each group of options that a command takes as the options of the group."""
    hints = get_type_hints(command, include_extras=True)
    shown: list[Parameter] = []
    groups: dict[str, tuple[type[OptionGroup], list[str]]] = {}
    for p in inspect.signature(command).parameters.values():
        kind = hints[p.name]
        if isinstance(kind, type) and issubclass(kind, OptionGroup):
            members = kind.parameters(None if p.default is Parameter.empty else p.default)
            groups[p.name] = kind, [member.name for member in members]
            shown += members
        else:
            shown.append(_parameter(p.name, kind, p.default))

    @wraps(command)
    def run(**given: Any) -> None:
        for name, (kind, members) in groups.items():
            given[name] = kind.of(**{member: given.pop(member) for member in members})
        command(**given)

    del run.__wrapped__  # the options are those of `run`
    run.__signature__ = Signature(shown)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in shown}
    return run


def name_value_pairs(option: str, items: list[str] | None) -> dict[str, str]:
    """Read the repeated option ``NAME=VALUE``.

    Raises
    ------
    InputError
        If an item has no name or no value.
    """
    pairs = {}
    for item in items or []:
        name, equals, value = item.partition("=")
        if not (name.strip() and equals and value.strip()):
            raise InputError(f"option {option}: '{item}' is not NAME=VALUE")
        pairs[name.strip()] = value.strip()
    return pairs
