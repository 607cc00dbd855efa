"""Reads the settings for a command; a wrong one is named as it is typed, GRIDMAP_PORT and not `port`."""

import os
from dataclasses import replace
from difflib import get_close_matches

import click
from pydantic import ValidationError

from gridmap.cli.words import say
from gridmap.config import Settings
from gridmap.errors import Invalid, msg
from gridmap.faults import faults

_PREFIX = "GRIDMAP_"
_NOT_OURS = frozenset({"GRIDMAP_CHROMIUM"})  # The tests' and the set-up's.


def read_settings() -> Settings:
    """The settings of this process. Raises Invalid that tells of each that does not make sense."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = [replace(fault, field=f"{_PREFIX}{fault.field.upper()}") for fault in faults(error)]
        raise Invalid(msg("These settings make no sense (docs/settings.md explains each):"), faults=wrong) from error


def tell_of_unknown() -> None:
    """Warn of each variable that looks like a setting and is none: a misspelt one would be lost silently."""
    known = {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields}
    for name in sorted(name for name in os.environ if name.startswith(_PREFIX)):
        if name not in known | _NOT_OURS:
            near = get_close_matches(name, known, n=1)
            text = msg("! %(name)s is no setting; did you mean %(near)s?") if near else msg("! %(name)s is no setting")
            click.echo(say(text, {"name": name, "near": near[0] if near else ""}), err=True)


def keep_compiled(settings: Settings) -> None:
    """Let numba keep what it compiles in this program's home: where the program itself lies may not be written to."""
    os.environ.setdefault("NUMBA_CACHE_DIR", str(settings.home / "compiled"))
