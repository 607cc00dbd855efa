"""Things that count their versions: the ETag of a version, and the one a caller says they saw (If-Match)."""

from flask import request

from gridmap.db import identity
from gridmap.errors import NeedsVersion, msg
from gridmap.http.state import db

UNKNOWN = -1  # No thing has this version.


def etag_of(version: int) -> str:
    """The version of a thing as its ETag; another database counts from the same beginning, so it is named too."""
    return "-".join(filter(None, [identity(db()), f"v{version}"]))


def expected() -> int | None:
    """The version the caller saw; None where they take it as it is (`*`), `UNKNOWN` for an ETag that is none of ours.

    Raises:
        NeedsVersion: there is no If-Match.
    """
    if request.if_match.star_tag:
        return None
    if not request.if_match:
        raise NeedsVersion(msg("Send the ETag of what you saw as If-Match, so that nobody overwrites what you have not seen"))
    ours, _, version = str(next(iter(request.if_match.as_set()))).rpartition("v")
    known = ours == etag_of(0).removesuffix("v0") and version.isascii() and version.isdigit() and len(version) < 10
    return int(version) if known else UNKNOWN
