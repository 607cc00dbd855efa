"""Answer 304 while nothing changed: an ETag names the database, and the version of the topics an answer is made from."""

from collections.abc import Callable

from flask import Response, request

from gridmap import __version__
from gridmap.http.reading import from_anywhere, standing
from gridmap.http.state import db


def while_unchanged(topics: tuple[str, ...], make: Callable[[], Response], *, variant: str = "", here: bool = False) -> Response:
    """The answer that `make` gives, or 304 when the client holds the one of the topics' present version.

    `variant` tells apart answers of one version that differ in their bytes, such as packed ones. A replica may make them, but
    not `here`: where the topics do not name all that the answer is made from.
    """
    present = standing(db(), topics)
    tag = "-".join(filter(None, [__version__, *present, variant]))
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        response = make() if here else from_anywhere(topics, make, present)
    response.set_etag(tag)
    response.headers["Cache-Control"] = "no-cache"
    return response
