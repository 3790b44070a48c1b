"""``perovdata study``: questions across many designs, one module per command."""

from __future__ import annotations

import typer

from perovdata.cli.study import leaderboard, limits, requirements, screen, sweep

__all__ = ["register"]

_group = typer.Typer(help="Studies: leaderboard, limits, requirements, screening.", no_args_is_help=True)

for _module in (leaderboard, limits, requirements, screen, sweep):
    _module.register(_group)


def register(app: typer.Typer) -> None:
    """Add the command group to the application."""
    app.add_typer(_group, name="study")
