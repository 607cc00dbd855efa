"""POST /api/v1/alerts/batch: many alerts as NDJSON; one bad line spoils no other."""

import io
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any, NamedTuple, cast

import orjson
from apiflask import APIBlueprint
from flask import Response, request
from pydantic import ValidationError

from gridmap import clock
from gridmap.api.alert_body import AlertBody, fault_facts
from gridmap.api.shapes import Responses
from gridmap.desk.alerts import Incoming, receive
from gridmap.errors import Fault, Invalid, msg
from gridmap.http.faults import faults
from gridmap.http.json import read
from gridmap.http.state import db, policy, settings
from gridmap.http.who import caller, needs

bp = APIBlueprint("batch", __name__, url_prefix="/api/v1", tag="Batches")
NDJSON = "application/x-ndjson"
CHUNK = 1000  # Alerts a transaction: long enough to be fast, short enough that single alerts hardly wait.
_LINE_BYTES = 262_144


class _Line(NamedTuple):
    number: int
    alert: Incoming | None
    faults: list[Fault]


_RESPONSES: Responses = {
    200: {"description": "One result a line", "content": {NDJSON: {"schema": {"type": "string"}}}},
}


@bp.post("/alerts/batch")
@needs("alerts.send")
@bp.doc(
    summary="Send many alerts",
    description="One alert a line (NDJSON). Answers one line for each: its number, and the case or what is wrong with it."
    " Lines are taken in chunks, each in a transaction of its own; sending a broken-off batch again is safe.",
    responses=_RESPONSES,
    extensions={"x-body": "NDJSON of AlertBody"},
)
def post_batch() -> Response:
    """Take a stream of alerts, chunk by chunk; each chunk commits by itself."""
    actor = caller().name
    request.max_content_length = settings().batch_max_bytes
    results: list[bytes] = []
    # Buffered: the raw stream would be read byte by byte to find the ends of lines.
    lines = _lines(_numbered(io.BufferedReader(cast("io.RawIOBase", request.stream), 65_536)))
    while chunk := list(islice(lines, CHUNK)):
        results.extend(orjson.dumps(result, option=orjson.OPT_APPEND_NEWLINE) for result in _take(chunk, actor))
    return Response(results, mimetype=NDJSON)


def _numbered(stream: io.BufferedReader) -> Iterator[tuple[int, bytes | Fault]]:
    """Lines that hold anything, or why they are not taken, with their numbers from 1; none of them fills the memory."""
    most = settings().batch_max_lines
    for number in range(1, most + 2):
        line = stream.readline(_LINE_BYTES + 1)
        if not line:
            return
        if number > most:
            yield (
                number,
                Fault(
                    "", msg("A batch may hold at most %(most)s lines; this one and all after it are not taken"), {"most": most}
                ),
            )
        elif len(line) > _LINE_BYTES:
            while line and not line.endswith(b"\n"):
                line = stream.readline(_LINE_BYTES)
            yield number, Fault("", msg("The line is longer than %(most)s bytes"), {"most": _LINE_BYTES})
        elif line.strip():
            yield number, line.strip()


def _lines(numbered: Iterable[tuple[int, bytes | Fault]]) -> Iterator[_Line]:
    ahead = timedelta(minutes=settings().future_minutes)
    for number, line in numbered:
        if isinstance(line, Fault):
            yield _Line(number, None, [line])
            continue
        try:
            body = AlertBody.model_validate(read(line))
            alert = body.incoming(line.decode(), now=clock.now(), ahead=ahead)
        except ValidationError as error:
            yield _Line(number, None, faults(error))
        except orjson.JSONDecodeError as error:
            yield _Line(number, None, [Fault("", msg("The line is not valid JSON in UTF-8: %(why)s"), {"why": str(error)})])
        except Invalid as error:
            yield _Line(number, None, list(error.faults))
        else:
            yield _Line(number, alert, [])


def _take(chunk: list[_Line], actor: str) -> list[dict[str, Any]]:
    good = [line.alert for line in chunk if line.alert is not None]
    outcomes = iter(receive(db(), good, actor=actor, policy=policy()))
    db().commit()
    told: list[dict[str, Any]] = []
    for line in chunk:
        if line.alert is None:
            told.append({"line": line.number, "status": 422, "errors": [fault_facts(fault) for fault in line.faults]})
            continue
        outcome = next(outcomes)
        status = 201 if outcome.relation == "opened" else 200
        facts = {"relation": outcome.relation.value, "case": outcome.number, "grid": outcome.grid}
        told.append({"line": line.number, "status": status, "source_id": line.alert.source_id, **facts})
    return told
