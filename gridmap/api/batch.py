"""POST /api/v1/alerts/batch: many alerts as NDJSON; one bad line spoils no other.

While the database writes one chunk, the next is checked and routed: see `gridmap.api.ahead`.
"""

import io
from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any, NamedTuple, cast

import orjson
from apiflask import APIBlueprint
from flask import Response, request
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session, sessionmaker

from gridmap import clock
from gridmap.api.ahead import one_ahead
from gridmap.api.alert_body import AlertBody, LonLat, fault_facts, in_wgs84
from gridmap.api.plain_alert import plain
from gridmap.api.shapes import Responses
from gridmap.desk.alerts import STEP, Incoming, Outcome, Policy, Prepared, preparing, take
from gridmap.errors import Fault, Invalid, Malformed, msg
from gridmap.faults import faults
from gridmap.geo.datum import EQUAL_TO_WGS84
from gridmap.http.json import field_at, read
from gridmap.http.state import db, policy, settings, state
from gridmap.http.who import caller, needs
from gridmap.meanwhile import Steps

bp = APIBlueprint("batch", __name__, url_prefix="/api/v1", tag="Batches")
NDJSON = "application/x-ndjson"
CHUNK = 1000  # Alerts a transaction: long enough to be fast, short enough that single alerts hardly wait.
_LINE_BYTES = 262_144
# What `model_validate` calls, without its options.
_validate: Callable[[Any], AlertBody] = TypeAdapter(AlertBody).validator.validate_python


class _Line(NamedTuple):
    number: int
    alert: Incoming | None
    faults: list[Fault]


class _Chunk(NamedTuple):
    lines: list[_Line]
    prepared: Prepared


class _Taken(NamedTuple):
    chunk: _Chunk  # Whole: to forget a thousand alerts takes its time too, and who takes chunks has none.
    outcomes: list[Outcome]  # Of those lines that hold an alert.


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
    # Buffered: the raw stream would be read byte by byte to find the ends of lines.
    numbered = _numbered(io.BufferedReader(cast("io.RawIOBase", request.stream), 65_536))
    chunks = (Steps(_preparing(some)) for some in iter(lambda: list(islice(numbered, CHUNK)), []))
    write = partial(_take, sessions=state().sessions, actor=actor, policy=policy())
    return Response(b"".join(map(_told, one_ahead(write, chunks))), mimetype=NDJSON)


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
            field = field_at(line)
            while line and not line.endswith(b"\n"):
                line = stream.readline(_LINE_BYTES)
            yield number, Fault(field, msg("The line is longer than %(most)s bytes"), {"most": _LINE_BYTES})
        elif line := line.strip():
            yield number, line


def _preparing(numbered: Sequence[tuple[int, bytes | Fault]]) -> Generator[None, None, _Chunk]:
    """A chunk checked and routed, step by step; the database is let go, for the next lines may be long in coming."""
    db().connection()  # In hand before the chunk before is taken: all others may be held by those who wait for that.
    yield
    lines = yield from _reading(numbered)
    good = [line.alert for line in lines if line.alert is not None]
    prepared = yield from preparing(db(), good, policy=policy())
    db().rollback()
    return _Chunk(lines, prepared)


def _reading(numbered: Sequence[tuple[int, bytes | Fault]]) -> Generator[None, None, list[_Line]]:
    """What each line says. An alert is made while its line's parts are warm; only places in other datums wait, for those are
    converted together."""
    now, ahead = clock.now(), timedelta(minutes=settings().future_minutes)
    understand = partial(_understood, now=now, ahead=ahead)
    lines: list[_Line] = []
    elsewhere: list[tuple[int, bytes, AlertBody]] = []
    for number, line in numbered:
        if len(lines) % STEP == 0:
            yield
        if isinstance(line, Fault):
            lines.append(_Line(number, None, [line]))
        elif (alert := plain(line, latest=now + ahead)) is not None:
            lines.append(_Line(number, alert, []))
        elif not isinstance(body := _body(line), AlertBody):
            lines.append(_Line(number, None, body))
        elif (place := body.location) is None or place.datum in EQUAL_TO_WGS84:
            lines.append(understand(number, line, body, (place.lon, place.lat) if place else None))
        else:
            elsewhere.append((len(lines), line, body))
            lines.append(_Line(number, None, []))
    places = in_wgs84([body.location for *_, body in elsewhere])
    for (i, line, body), at in zip(elsewhere, places, strict=True):
        lines[i] = understand(lines[i].number, line, body, at)
    return lines


def _body(line: bytes) -> AlertBody | list[Fault]:
    """What a line says, or what is wrong with it."""
    try:
        return _validate(read(line))
    except ValidationError as error:
        return faults(error)
    except Malformed as error:
        return list(error.faults)


def _understood(number: int, line: bytes, body: AlertBody, at: LonLat | None, *, now: datetime, ahead: timedelta) -> _Line:
    try:
        return _Line(number, body.incoming(line.decode(), at, now=now, ahead=ahead), [])
    except Invalid as error:
        return _Line(number, None, list(error.faults))


def _take(chunk: _Chunk, *, sessions: sessionmaker[Session], actor: str, policy: Policy) -> _Taken:
    """Take a chunk in a transaction of its own."""
    with sessions() as session, session.begin():
        return _Taken(chunk, take(session, chunk.prepared, actor=actor, policy=policy))


def _told(taken: _Taken) -> bytes:
    """What to tell of each line of a chunk, as NDJSON."""
    outcomes = iter(taken.outcomes)
    return b"".join([
        orjson.dumps(_facts(line, next(outcomes) if line.alert else None), option=orjson.OPT_APPEND_NEWLINE)
        for line in taken.chunk.lines
    ])  # fmt: skip


def _facts(line: _Line, outcome: Outcome | None) -> dict[str, Any]:
    if line.alert is None or outcome is None:
        return {"line": line.number, "status": 422, "errors": [fault_facts(fault) for fault in line.faults]}
    return {
        "line": line.number,
        "status": 201 if outcome.opened else 200,
        "source_id": line.alert.source_id,
        "relation": outcome.relation._value_,
        "case": outcome.number,
        "grid": outcome.grid,
    }
