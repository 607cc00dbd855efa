"""Reads the settings for a command; a wrong one is named as it is typed, GRIDMAP_PORT and not `port`."""

from pydantic import ValidationError

from gridmap.config import Settings
from gridmap.errors import Invalid, msg


def read_settings() -> Settings:
    """The settings of this process. Raises Invalid for the first one that does not make sense."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "GRIDMAP_" + "_".join(str(part) for part in first["loc"]).upper()
        raise Invalid(msg("%(name)s makes no sense: %(reason)s"), name=name, reason=first["msg"]) from error
