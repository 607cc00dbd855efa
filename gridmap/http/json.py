"""JSON in and out through orjson: strict (no NaN, no broken UTF-8) and fast."""

import json
from typing import Any

import orjson
from flask import Response, request
from flask.json.provider import JSONProvider
from werkzeug.exceptions import UnsupportedMediaType

GEOJSON = "application/geo+json"


class StrictJSON(JSONProvider):
    """Flask's JSON by orjson."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return orjson.dumps(obj, option=orjson.OPT_NON_STR_KEYS).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return read(s)


def read(text: str | bytes) -> Any:
    """What a JSON text says; `ValueError` (orjson's) when it is none.

    NaN, infinities, half surrogate pairs and numbers without end are no JSON, but people send them: they are read all
    the same, because only the check of the fields, which refuses them, can say which field it was.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        try:
            return json.loads(text.decode() if isinstance(text, bytes) else text)
        except (ValueError, RecursionError):
            pass
        raise


def only_json() -> None:
    """Before a request: a body that does not say that it is JSON is refused with 415."""
    if request.method == "POST" and not request.is_json:
        raise UnsupportedMediaType


def answer(body: Any, status: int = 200, *, mimetype: str = "application/json") -> Response:
    """A JSON response; moments are written in UTC with a Z."""
    return Response(orjson.dumps(body, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS), status, mimetype=mimetype)


class Verbatim:
    """GeoJSON text from the database that goes into an answer as it is, digit for digit."""

    @staticmethod
    def of(text: str | None) -> Any:
        """The fragment to put into a structure for `answer`; None stays null."""
        return None if text is None else orjson.Fragment(text)
