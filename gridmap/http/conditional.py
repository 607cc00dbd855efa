"""Changes on condition: who changes a thing names the state they saw (If-Match), so that nobody undoes what they never read.

The state of a thing is its last row in the journal: every deed writes one, so no deed can pass unnoticed.
"""

from flask import Response, request

from gridmap.db import identity
from gridmap.errors import NeedsVersion, Outdated, msg
from gridmap.http.state import db
from gridmap.journal import feed


def version(topic: str, subject: str) -> str:
    """What the ETag of a thing says: the database, and the number of the thing's last journal row."""
    last = feed.history(db(), topic, subject, limit=1)
    return "-".join(filter(None, [identity(db()), f"j{last[0].id if last else 0}"]))


def tagged(response: Response, topic: str, subject: str) -> Response:
    """The answer with the thing's ETag; personal data is kept by nobody on the way."""
    response.set_etag(version(topic, subject))
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def seen(topic: str, subject: str) -> None:
    """Go on only where the caller saw the thing as it is; call it once the thing is locked.

    Raises:
        NeedsVersion: there is no If-Match.
        Outdated: the thing is not what the caller saw.
    """
    if "If-Match" not in request.headers:
        raise NeedsVersion(msg("Say which state you saw: the header If-Match with the ETag of your last GET"))
    if not request.if_match.contains(version(topic, subject)):
        raise Outdated(msg("It changed since you saw it: look again"))
