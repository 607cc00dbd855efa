"""JSON in and out through orjson: strict (no NaN, no broken UTF-8) and fast."""

import json
import re
from itertools import islice
from typing import Any

import orjson
from flask import Response, request
from flask.json.provider import JSONProvider
from werkzeug.exceptions import UnsupportedMediaType

from gridmap.errors import Fault, Malformed, msg

GEOJSON = "application/geo+json"
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\]:,]', re.DOTALL)  # The last string may lack its end.
_MOST_DIGITS = 1000  # A float has some three hundred.
_MOST_TOKENS = 10_000  # A hundred times what an alert has; past that the search would cost more than the answer is worth.
_DEEPEST = 50  # Brackets within brackets: no field of ours.


class StrictJSON(JSONProvider):
    """Flask's JSON by orjson."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return orjson.dumps(obj, option=orjson.OPT_NON_STR_KEYS).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return read(s)


def read(text: str | bytes) -> Any:
    """What a JSON text says.

    NaN, infinities, half surrogate pairs and numbers without end are no JSON, but people send them: they are read all
    the same, because only the check of the fields, which refuses them, can say which field it was.

    Raises:
        Malformed: it is none, or its bytes are no UTF-8; names the field in which that begins.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return _read_with_patience(text if isinstance(text, bytes) else text.encode(errors="surrogatepass"))


def _read_with_patience(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode(), parse_int=_whole)
    except UnicodeDecodeError as error:
        at = error.start
    except json.JSONDecodeError as error:
        at = len(error.doc[: error.pos].encode())
    except RecursionError:  # As deep as Python is loath to go, which differs by its version.
        at = 0
    text = msg("This is not valid JSON in UTF-8 (from byte %(at)s on)")
    raise Malformed(text, faults=[Fault(field_at(raw[:at]), text, {"at": at})], at=at)


def _whole(digits: str) -> int | float:
    """A whole number; one that Python itself is loath to read is without end, which no field takes."""
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits[:_MOST_DIGITS])


def field_at(head: bytes) -> str:
    """The field, dotted, after the beginning `head` of a JSON text; "" where there is none, far on, or too deep."""
    tokens = list(islice(_TOKEN.finditer(head), _MOST_TOKENS))
    path: list[str | int | None] = []  # From outside in: the key (None: not known yet) or the place in a list.
    text = ""
    for token in tokens if len(tokens) < _MOST_TOKENS else ():
        match token[0][:1]:
            case b'"':
                text = token[0].strip(b'"').decode(errors="replace")
            case b":" if path:
                path[-1] = text
            case b"," if path:
                path[-1] = path[-1] + 1 if isinstance(path[-1], int) else None
            case b"{" | b"[" as opened:
                path.append(None if opened == b"{" else 0)
            case b"}" | b"]" if path:
                path.pop()
    return ".".join(str(step) for step in path if step is not None)[:200] if len(path) <= _DEEPEST else ""


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
