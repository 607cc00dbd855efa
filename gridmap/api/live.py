"""GET /api/v1/events: everything that happens, as server-sent events."""

import sys
from socket import AF_INET, AF_INET6, IPPROTO_TCP, TCP_USER_TIMEOUT, socket
from threading import Lock

from apiflask import APIBlueprint
from flask import Flask, Response, current_app, request
from pydantic import Field

from gridmap.api.fields import QueryInteger, Strictly
from gridmap.api.shapes import Responses, raw
from gridmap.http import metrics
from gridmap.http.giving import GivenAway
from gridmap.http.state import db, settings, state
from gridmap.http.who import caller, needs
from gridmap.live.fanout import Fanout
from gridmap.live.frames import Listening
from gridmap.live.listener import Listener
from gridmap.live.stream import begin

bp = APIBlueprint("live", __name__, url_prefix="/api/v1", tag="Live")
EVENT_STREAM = "text/event-stream"
_KEY = "gridmap.live"
_making = Lock()

_RESPONSES: Responses = {
    200: raw(EVENT_STREAM, "The stream, without end unless `once`"),
    422: "`after` is no position",
    503: "No room for another live connection; come back after Retry-After, or ask by `once` until there is",
}


class EventsQuery(Strictly):
    """Where to begin."""

    after: QueryInteger | None = Field(
        default=None, ge=0, le=2**63 - 1, description="the last position seen; the header Last-Event-ID says the same, and wins"
    )
    once: bool = Field(default=False, description="end after what was missed: for those who ask now and then (after a 503)")


@bp.get("/events")
@needs("map.read")
@bp.input(EventsQuery, location="query", arg_name="query")
@bp.doc(
    summary="Follow what happens",
    description=(
        "`hello` first, then every event after `Last-Event-ID` (or `after`), or from now on. Each event's id is its feed"
        " position, its name the kind (`case.opened`, `alert.joined`, `case.accept`, `grids.published` …), its data"
        " `{position, at, topic, kind, subject, data}`. `notice.given` says what it is about to its owner alone."
        " `reset` means: too far behind, load everything anew. A comment"
        " line is a sign of life."
    ),
    responses=_RESPONSES,
)
def get_events(query: EventsQuery) -> Response:
    """Subscribe, then replay, then give the connection away: a stream holds neither a thread nor a database session."""
    me = caller()
    who = Listening(me.account_id, me.person_id)
    after, replay_limit = _resume_after(query), settings().replay_limit
    if query.once or request.method == "HEAD":
        response = Response(begin(db(), after, replay_limit=replay_limit, who=who).sent, mimetype=EVENT_STREAM)
    else:
        response = _stream(after, replay_limit, who)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _stream(after: int | None, replay_limit: int, who: Listening) -> Response:
    listener = _listener()
    line = listener.subscribe()
    try:
        beginning = begin(db(), after, replay_limit=replay_limit, who=who)
    except BaseException:
        listener.unsubscribe(line)
        raise

    def takes(connection: socket, head: bytes) -> None:
        _notice_the_dead(connection, settings().heartbeat_seconds)
        listener.open(line, connection, beginning.after(head), who)

    return GivenAway(takes, mimetype=EVENT_STREAM)


def _resume_after(query: EventsQuery) -> int | None:
    header = request.headers.get("Last-Event-ID")
    if not header:
        return query.after
    # Not one of ours: an error would keep a browser from ever trying again, a reset brings it back on its feet.
    return int(header) if header.isascii() and header.isdigit() and len(header) < 19 else sys.maxsize


def _notice_the_dead(connection: socket, heartbeat_s: float) -> None:
    """Give up on a client that acknowledges nothing for three heartbeats; TCP by itself keeps it for 15 minutes."""
    if connection.family in (AF_INET, AF_INET6):
        connection.setsockopt(IPPROTO_TCP, TCP_USER_TIMEOUT, int(heartbeat_s * 3000))


def _listener() -> Listener:
    """This application's listener; it begins to listen when the first client comes."""
    with _making:
        found = current_app.extensions.get(_KEY)
        if found is None:
            set_, engine = state().settings, state().engine
            fanout = Fanout(
                most_clients=set_.live_clients,
                most_waiting=set_.replay_limit,
                heartbeat_s=set_.heartbeat_seconds,
                told=metrics.tell_live_lines,
            )
            found = current_app.extensions[_KEY] = Listener(engine, fanout)
    assert isinstance(found, Listener)  # noqa: S101  # only this function writes there
    return found


def end_streams(app: Flask, *, wait_s: float = 0) -> None:
    """End every open stream of `app` and take no more: the process is going. Waits up to `wait_s` for the listener's thread.

    Raises:
        TimeoutError: the thread was still at work after `wait_s`.
    """
    listener = app.extensions.get(_KEY)
    if listener is not None:
        listener.close()
        if wait_s:
            listener.wait(wait_s)
