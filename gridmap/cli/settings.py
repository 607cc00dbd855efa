"""Reads the settings for a command; a wrong one is named as it is typed, GRIDMAP_PORT and not `port`."""

import os
from dataclasses import replace

from pydantic import ValidationError

from gridmap.config import Settings
from gridmap.errors import Invalid, msg
from gridmap.faults import faults


def read_settings() -> Settings:
    """The settings of this process. Raises Invalid that tells of each that does not make sense."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = [replace(fault, field=f"GRIDMAP_{fault.field.upper()}") for fault in faults(error)]
        raise Invalid(msg("These settings make no sense (docs/settings.md explains each):"), faults=wrong) from error


def keep_compiled(settings: Settings) -> None:
    """Let numba keep what it compiles in this program's home: where the program itself lies may not be written to."""
    os.environ.setdefault("NUMBA_CACHE_DIR", str(settings.home / "compiled"))
