"""Answer 304 while nothing changed: an ETag names the database, and the version of the topics an answer is made from."""

from collections.abc import Callable

from flask import Response, request

from gridmap import __version__
from gridmap.db import identity
from gridmap.http.state import db
from gridmap.journal import feed


def while_unchanged(topics: tuple[str, ...], make: Callable[[], Response], *, variant: str = "") -> Response:
    """The answer that `make` gives, or 304 when the client holds the one of the topics' present version.

    `variant` tells apart answers of one version that differ in their bytes, such as packed ones.
    """
    versions = [feed.version(db(), topic) for topic in topics]
    # Another database at the same address counts its versions from the same beginning.
    tag = "-".join(filter(None, [__version__, identity(db()), *versions, variant]))
    response = Response(status=304) if request.if_none_match.contains_weak(tag) else make()
    response.set_etag(tag)
    response.headers["Cache-Control"] = "no-cache"
    return response
