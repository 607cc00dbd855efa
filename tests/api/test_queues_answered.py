"""Queues and their figures by the API: exact, in order, page by page, and at once as new as what was taken."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from gridmap import clock
from tests.api.asking import get, send


def test_a_queue_comes_page_by_page_in_the_order_asked_for(sender: FlaskClient) -> None:
    now = clock.now()
    for n in range(5):  # The later they came, the less they press; the last has no limit.
        with clock.frozen(now + timedelta(minutes=n)):
            send(sender, n, at=None if n == 4 else (0.4 + n / 2, 0.5), source_code="890" if n < 4 else None)
    with clock.frozen(now + timedelta(minutes=5)):
        for order, expected in (("newest", "43210"), ("pressing", "01234")):
            seen, question = "", f"cases/queue.geojson?limit=2&order={order}"
            while question:
                page = get(sender, question)
                assert page["matched"] == 5
                seen += "".join(feature["properties"]["source_id"][-1] for feature in page["features"])
                again = f"cases/queue.geojson?limit=2&order={order}&cursor={quote(page['next'] or '')}"
                question = again if page["next"] else ""
            assert seen == expected


def test_figures_follow_every_deed_and_the_clock(sender: FlaskClient) -> None:
    assert get(sender, "cases/counts")["total"] == 0
    now = clock.now()
    with clock.frozen(now):
        send(sender, 1, at=(0.5, 0.5), source_code="890")
        send(sender, 2, at=None)
        told = get(sender, "cases/counts")
        empty = {"state": "discovered", "unrouted": 0, "triage": 0}
        assert told["standing"] == [
            {**empty, "urgency": "intime", "n": 1, "last_24h": 1},
            {**empty, "urgency": "unlimited", "n": 1, "unrouted": 1, "triage": 1, "last_24h": 1},
        ]
        assert (told["total"], told["sources"]) == (2, {"dahua": 2})
        assert get(sender, "cases/counts?tray=unrouted")["total"] == 1
    with clock.frozen(now + timedelta(hours=30)):
        late = get(sender, "cases/counts?urgency=overdue")
        assert [(row["urgency"], row["n"], row["last_24h"]) for row in late["standing"]] == [("overdue", 1, 0)]
        assert get(sender, "cases/queue.geojson?urgency=overdue")["matched"] == 1


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("queue.geojson?order=best", "order"),
        ("queue.geojson?limit=1001", "limit"),
        ("queue.geojson?cursor=x", "cursor"),
        ("queue.geojson?cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTkgMQ==", "cursor"),
        ("queue.geojson?order=pressing&cursor=LTEgLTE=", "cursor"),
        ("queue.geojson?q=rubbish", "q"),
        ("counts?urgency=hot", "urgency"),
        ("counts?order=newest", "order"),
    ],
)
def test_nonsense_is_refused_by_its_field(sender: FlaskClient, path: str, field: str) -> None:
    answer = sender.get(f"/api/v1/cases/{path}")
    assert answer.status_code == 422
    assert field in str(answer.get_json())
