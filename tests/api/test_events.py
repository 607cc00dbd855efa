"""The door of the live stream, through the whole application."""

from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridmap.api.live import end_streams
from gridmap.journal.feed import last_position
from tests import callers, town
from tests.api.test_alerts import alert
from tests.conftest import running
from tests.live.conftest import commit, place
from tests.live.test_stream import ids, read
from tests.waiting import eventually


class Stream:
    """An open stream, read frame by frame."""

    def __init__(self, client: FlaskClient, query: str = "", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answer = client.get(f"/api/v1/events{query}", headers=named)
        assert self.answer.status_code == 200
        self._parts = self.answer.iter_encoded()

    def next(self) -> bytes:
        return next(self._parts)

    def close(self) -> None:
        self.answer.close()


def placed(engine: Engine) -> int:
    """Place everything that is waiting; the newest position."""
    place(engine)
    with Session(engine) as session:
        return last_position(session)


def test_the_stream_is_one_no_proxy_keeps_back(client: FlaskClient) -> None:
    stream = Stream(client)
    assert stream.answer.mimetype == "text/event-stream"
    assert stream.answer.headers["Cache-Control"] == "no-cache"
    assert stream.answer.headers["X-Accel-Buffering"] == "no"
    assert read(stream.next())[0][0] == "hello"
    stream.close()


def test_an_alert_arrives_as_the_case_it_opened(sender: FlaskClient, committing: Engine) -> None:
    placed(committing)
    stream = Stream(sender)
    stream.next()
    number = sender.post("/api/v1/alerts", json=alert()).get_json()["case"]["id"]
    newest = placed(committing)
    [(kind, position, data)] = read(stream.next())
    assert (kind, position) == ("case.opened", newest)
    assert data["topic"] == "cases"
    assert data["subject"] == number
    case = data["data"]["case"]  # type: ignore[index]  # the payload is JSON of any shape
    assert (case["type"], case["id"], case["properties"]["grid"]["code"]) == ("Feature", number, town.micro(2, 3))
    stream.close()


def test_who_comes_back_gets_exactly_what_was_missed(client: FlaskClient, committing: Engine) -> None:
    seen = placed(committing)
    commit(committing, "a", "b", "c")
    newest = placed(committing)
    for headers, query in (
        ({"Last_Event_ID": str(seen)}, ""),
        ({}, f"?after={seen}"),
        ({"Last_Event_ID": str(seen)}, "?after=0"),
    ):
        stream = Stream(client, query, **headers)
        assert ids(stream.next()) == list(range(seen + 1, newest + 1))
        stream.close()


def test_an_id_that_is_not_ours_means_load_anew(client: FlaskClient) -> None:
    for header in ("99999999", "soon", "-1", "１", "9" * 5000):
        stream = Stream(client, Last_Event_ID=header.encode().decode("latin-1"))
        assert [kind for kind, _, _ in read(stream.next())] == ["hello", "reset"]
        stream.close()


def test_a_wrong_position_is_a_problem(client: FlaskClient) -> None:
    for query in ("?after=x", "?after=-1", "?after=99999999999999999999", "?before=1"):
        answer = client.get(f"/api/v1/events{query}")
        assert answer.status_code == 422
        assert answer.content_type == "application/problem+json"


def test_no_database_connection_is_held_while_streaming(client: FlaskClient, app: APIFlask) -> None:
    pool = app.extensions["gridmap"].engine.pool
    streams = [Stream(client) for _ in range(20)]
    for stream in streams:
        stream.next()
    eventually(lambda: pool.checkedout() == 0)  # the listener borrows one for an instant each second; streams would keep theirs
    for stream in streams:
        stream.close()


def test_past_the_limit_there_is_503_until_somebody_leaves(committing: Engine, app: APIFlask, tmp_path: Path) -> None:
    with running(committing, tmp_path, live_clients=2) as small:
        client = callers.signed_in(small)
        first, second = Stream(client), Stream(client)
        full = client.get("/api/v1/events")
        assert full.status_code == 503
        assert full.content_type == "application/problem+json"
        assert int(full.headers["Retry-After"]) > 0
        assert "gridmap_live_lines 2.0" in client.get("/metrics").text
        for _ in range(3):  # They take no room.
            assert client.head("/api/v1/events").status_code == 200
            assert client.get("/api/v1/events?once=true").status_code == 200
        first.close()
        eventually(lambda: let_in(client))
        second.close()
        eventually(lambda: "gridmap_live_lines 0.0" in client.get("/metrics").text)


def let_in(client: FlaskClient) -> bool:
    with client.get("/api/v1/events") as answer:
        return answer.status_code == 200


def test_who_asks_once_gets_what_was_missed_and_an_end(client: FlaskClient, committing: Engine) -> None:
    seen = placed(committing)
    commit(committing, "a", "b")
    newest = placed(committing)
    for after, kinds in ((seen, ["hello", "case.opened", "case.opened"]), (newest, ["hello"]), (newest + 1, ["hello", "reset"])):
        answer = client.get(f"/api/v1/events?once=true&after={after}")
        assert [kind for kind, _, _ in read(answer.data)] == kinds
        assert answer.headers["Cache-Control"] == "no-cache"


def test_a_replay_that_fails_keeps_no_room(
    committing: Engine, app: APIFlask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(committing, tmp_path, live_clients=1) as small:
        client = callers.signed_in(small)
        with monkeypatch.context() as broken:
            broken.setattr("gridmap.api.live.begin", lambda *_, **__: 1 / 0)
            assert client.get("/api/v1/events").status_code == 500
        eventually(lambda: let_in(client))


def test_streams_end_when_the_process_goes(client: FlaskClient, app: APIFlask) -> None:
    stream = Stream(client)
    stream.next()
    end_streams(app)
    with pytest.raises(StopIteration):
        stream.next()
    stream.close()
    assert client.get("/api/v1/events").status_code == 503
