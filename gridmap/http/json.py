"""JSON in and out through orjson: strict (no NaN, no broken UTF-8) and fast."""

from typing import Any

import orjson
from flask import Response
from flask.json.provider import JSONProvider

GEOJSON = "application/geo+json"


class StrictJSON(JSONProvider):
    """Flask's JSON by orjson."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return orjson.dumps(obj, option=orjson.OPT_NON_STR_KEYS).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return orjson.loads(s)


def answer(body: Any, status: int = 200, *, mimetype: str = "application/json") -> Response:
    """A JSON response; moments are written in UTC with a Z."""
    return Response(orjson.dumps(body, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS), status, mimetype=mimetype)


class Verbatim:
    """GeoJSON text from the database that goes into an answer as it is, digit for digit."""

    @staticmethod
    def of(text: str | None) -> Any:
        """The fragment to put into a structure for `answer`; None stays null."""
        return None if text is None else orjson.Fragment(text)
