"""What every storage can do, and which one the settings ask for."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple, Protocol

from gridmap.config import Settings
from gridmap.errors import Invalid, NotFound, msg

# A digest, or what was derived from the file with this digest.
NAME = re.compile(r"[0-9a-f]{64}(\.thumb)?")


class Gone(NotFound):
    """The database knows the file, the storage does not."""


class Stored(NamedTuple):
    """A file in the storage: its name, its size, and when it was last put."""

    name: str
    size: int
    at: datetime


class Storage(Protocol):
    """A place for files named by their content."""

    def put(self, name: str, data: bytes) -> None:
        """Keep `data` for good; put again, it counts as fresh. Raises Unavailable where the storage is away or full."""

    def get(self, name: str) -> bytes:
        """The content. Raises Gone, Unavailable."""

    def delete(self, name: str) -> None:
        """Take it away; whether it was there or not."""

    def names(self) -> Iterator[Stored]:
        """Every file there."""


def opened(settings: Settings) -> Storage:
    """The bucket, when one is set, else the folder under home.

    Raises:
        Invalid: a bucket is set, but not how to get at it.
    """
    # Imported when it is asked for: without a bucket nobody waits for its library.
    if settings.media_bucket:
        from gridmap.store.bucket import Bucket  # noqa: PLC0415  # same

        if settings.media_key_id is None or settings.media_secret is None:
            raise Invalid(msg("GRIDMAP_MEDIA_BUCKET needs GRIDMAP_MEDIA_KEY_ID and GRIDMAP_MEDIA_SECRET"))
        return Bucket(
            settings.media_bucket,
            endpoint=settings.media_endpoint,
            region=settings.media_region,
            key_id=settings.media_key_id.get_secret_value(),
            secret=settings.media_secret.get_secret_value(),
        )
    from gridmap.store.disk import Disk  # noqa: PLC0415  # same

    return Disk(settings.home / "media")


def checked(name: str) -> str:
    """The name, if it is one of ours; `ValueError` otherwise: nobody leads us to another file."""
    if not NAME.fullmatch(name):
        raise ValueError(f"no name of a stored file: {name!r}")
    return name
