"""Batches: a result for every line, whatever stands in it; what breaks off may be sent again."""

import json
from collections import Counter
from io import BytesIO
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from gridmap import clock
from gridmap.api import batch
from gridmap.http.state import state
from tests import town


def line(number: int | str, **facts: Any) -> bytes:
    lon, lat = town.spot(1.5, 2.5)
    usual = {
        "source": "dahua",
        "source_id": f"B-{number}",
        "occurred_at": clock.now().isoformat(),
        "location": {"lon": lon, "lat": lat, "datum": "wgs84"},
    }
    return json.dumps({**usual, **facts}, ensure_ascii=False).encode() + b"\n"


def send(client: FlaskClient, body: bytes, **given: Any) -> TestResponse:
    return client.post("/api/v1/alerts/batch", data=body, content_type="application/x-ndjson", **given)


def results(answer: TestResponse) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.mimetype == "application/x-ndjson"
    return [json.loads(one) for one in answer.get_data().splitlines()]


def cases(engine: Engine) -> int:
    with Session(engine) as session:
        return int(session.execute(text("SELECT count(*) FROM cases")).scalar_one())


def test_ten_thousand_alerts_in_one_call(sender: FlaskClient, committing: Engine) -> None:
    told = results(send(sender, b"".join(line(n) for n in range(10_500))))
    assert [one["line"] for one in told] == list(range(1, 10_501))
    assert {one["status"] for one in told} == {201}
    assert {one["grid"] for one in told} == {town.micro(2, 3)}
    assert len({one["case"] for one in told}) == 10_500
    assert cases(committing) == 10_500


BAD = {
    b"not json": "",
    b"{": "",
    b"\xff\xfe": "",
    b'{"source": "\xe8"}': "source",
    b"\x00": "",
    b"null": "",
    b"[]": "",
    b"[" * 5000: "",
    line("late", occurred_at="2199-01-01T00:00:00Z"): "occurred_at",
    line("lat", location={"lon": 31.6, "lat": 121.4, "datum": "wgs84"}): "location.lat",
    line("datum", location={"lon": 121.4, "lat": 31.6}): "location.datum",
    line("nul", text="\x00"): "text",
    line("field", colour="red"): "colour",
    b'{"lon": NaN}': "lon",
    b"x" * 300_000: "",
}


def test_bad_lines_spoil_no_other(sender: FlaskClient, committing: Engine) -> None:
    body = b""
    expected: list[str | None] = []
    for number, (bad, wrong) in enumerate(BAD.items()):
        body += line(number) + bad.rstrip(b"\n") + b"\n"
        expected += [None, wrong]
    told = results(send(sender, body + line("last").rstrip(b"\n")))
    assert [one["line"] for one in told] == list(range(1, len(expected) + 2))
    assert [one["status"] for one in told] == [201, 422] * len(BAD) + [201]
    for one, field in zip(told, expected, strict=False):
        if field is not None:
            assert field in {error["field"] for error in one["errors"]}, one
            assert all(error["message"] for error in one["errors"])
    assert cases(committing) == len(BAD) + 1


def test_empty_lines_count_and_say_nothing(sender: FlaskClient) -> None:
    told = results(send(sender, b"\n\r\n" + line(1).rstrip(b"\n") + b"\r\n   \n" + line(2)))
    assert [(one["line"], one["status"]) for one in told] == [(3, 201), (5, 201)]


def test_nothing_is_a_batch_too(sender: FlaskClient) -> None:
    assert results(send(sender, b"")) == []


def test_one_alert_twice_in_a_batch(sender: FlaskClient, committing: Engine) -> None:
    told = results(send(sender, line(1) + line(1, text="in other words") + line(2) + line(1)))
    assert [one["relation"] for one in told] == ["opened", "known", "opened", "known"]
    assert len({one["case"] for one in told}) == 2
    assert cases(committing) == 2


def test_twins_in_a_batch_join(sender: FlaskClient, committing: Engine) -> None:
    told = results(send(sender, b"".join(line(n, source_code="890") for n in range(1500))))
    assert Counter(one["relation"] for one in told) == {"opened": 1, "joined": 1499}
    assert cases(committing) == 1


def test_what_broke_off_is_sent_again(sender: FlaskClient, committing: Engine) -> None:
    body = b"".join(line(n) for n in range(2500))
    gone = {"wsgi.input": BytesIO(body[: len(body) * 9 // 10]), "CONTENT_LENGTH": str(len(body))}
    broken = sender.post("/api/v1/alerts/batch", environ_overrides=gone)
    assert broken.status_code == 400
    assert cases(committing) == 2 * batch.CHUNK
    told = results(send(sender, body))
    assert Counter(one["relation"] for one in told) == {"known": 2000, "opened": 500}
    assert cases(committing) == 2500


@pytest.fixture
def at_most_1500_lines(app: APIFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    held = state(app)
    monkeypatch.setattr(batch, "settings", lambda: held.settings.model_copy(update={"batch_max_lines": 1500}))


def test_too_many_lines(sender: FlaskClient, committing: Engine, at_most_1500_lines: None) -> None:
    told = results(send(sender, b"".join(line(n) for n in range(2000))))
    assert [one["status"] for one in told] == [201] * 1500 + [422]
    assert "1500" in told[-1]["errors"][0]["message"]
    assert cases(committing) == 1500


def test_a_batch_needs_a_key(anonymous: FlaskClient, committing: Engine) -> None:
    assert send(anonymous, line(1)).status_code == 401
    assert cases(committing) == 0
