"""PostGIS judges routes: what is right is counted, what is wrong is told to administrators, once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from gridmap.accounts import keeping
from gridmap.accounts.rights import Grant, Role
from gridmap.cases.judging import RouteCheck, Verdict, agrees
from gridmap.cases.models import Case
from gridmap.desk.judging import KIND, judge
from gridmap.grids.publishing import publish, redraw
from gridmap.notices.models import Notice
from gridmap.notices.words import details
from tests import town, zoned
from tests.desk.incoming import NOW, alert, take
from tests.grids.publishes import redrawn

EVERY = timedelta(minutes=10)


def judged(session: Session, turn: int = 0) -> tuple[int, int, list[str]]:
    """How many are checked and differ after one more turn, and who was told of what."""
    now = NOW + turn * EVERY
    judge(session, count=100, every=EVERY, now=now)
    check = session.get_one(RouteCheck, 1)
    told = session.scalars(select(Notice).where(Notice.kind == KIND))
    return check.checked, check.differing, [str(one.account_id) for one in told]


@pytest.fixture
def busy(tiny_town: Session) -> Session:
    """Cases in the middle of grids, on borders and corners, just outside of the town, far off, nowhere, and in a zone."""
    town.category(tiny_town)
    redraw(tiny_town, zoned.change(tiny_town, zoned.zone()), actor="test", at=NOW - timedelta(days=1))
    places = [(0.5, 0.5), (1.0, 0.5), (2.0, 2.0), (3.0, 3.0), (3.005, 1.5), (-0.01, 0.0), (3.4, 1.5), None, (1.1, 1.1)]
    take(tiny_town, [alert(number, at=place) for number, place in enumerate(places)])
    tiny_town.execute(update(RouteCheck).values(next_at=NOW))
    return tiny_town


def administrator(session: Session, name: str = "keeper") -> int:
    account, _ = keeping.create(session, name, actor="test")
    keeping.grant(session, name, Grant(Role.ADMINISTRATOR, town.TOWN), since=NOW - timedelta(hours=1), actor="test")
    return account.id


def test_routes_as_the_program_makes_them_are_right(busy: Session) -> None:
    administrator(busy)
    rules = set(busy.scalars(select(Case.route["rule"].as_string())))
    assert rules == {"covers", "tie", "nearest", "unrouted"}
    assert judged(busy) == (8, 0, [])


def test_it_waits_for_its_time(busy: Session) -> None:
    assert judged(busy)[0] == 8
    judge(busy, count=100, every=EVERY, now=NOW + EVERY / 2)
    assert busy.get_one(RouteCheck, 1).checked == 8
    assert judged(busy, 1)[0] == 16


def test_routes_stay_right_by_the_boundaries_they_were_made_by(busy: Session) -> None:
    publish(busy, town.drafts(**redrawn()), actor="test", at=NOW + timedelta(minutes=1))
    take(busy, [alert("later", at=(1.1, 0.2))], now=NOW + timedelta(minutes=2))
    assert judged(busy) == (9, 0, [])


@pytest.mark.parametrize(
    "wrong",
    [
        "jsonb_set(route::jsonb, '{grid}', to_jsonb(CAST(:other AS text)))",  # In a grid that does not cover it.
        "jsonb_set(route::jsonb, '{rule}', '\"unrouted\"') || '{\"grid\": null}'",  # In none.
        "jsonb_set(route::jsonb, '{point}', '[121.0, 30.0]')",  # Somewhere else.
    ],
)
def test_a_wrong_route_is_counted_and_told_once(busy: Session, wrong: str) -> None:
    keepers = [administrator(busy, name) for name in ("keeper", "other")]
    values = {"other": town.micro(3, 2)}
    busy.execute(text(f"UPDATE cases SET route = ({wrong})::json WHERE source_id = 'A-0'"), values)
    assert judged(busy) == (8, 1, [str(one) for one in keepers])
    assert judged(busy, 1) == (16, 2, [str(one) for one in keepers])
    notice = busy.scalars(select(Notice).where(Notice.kind == KIND)).first()
    assert notice is not None
    assert details(notice.facts)[1].startswith("routed ")
    assert "the database says" in details(notice.facts)[1]


NEAREST: dict[str, Any] = {"grid": "a", "rule": "nearest", "distance_to_border_m": 12.0, "limit_m": 30.0}


@pytest.mark.parametrize(
    ("routed", "verdict", "right"),
    [
        ({}, Verdict("a", "nearest", 12.0), True),
        ({}, Verdict("b", "nearest", 12.004), True),  # As near.
        ({}, Verdict("b", "nearest", 11.9), False),
        ({}, Verdict("b", "covers", 0.0), False),
        ({}, Verdict(None, None, None), False),
        ({"distance_to_border_m": 29.999}, Verdict(None, None, None), True),  # At the limit.
        ({"grid": None, "rule": "unrouted", "distance_to_border_m": 30.004}, Verdict("a", "nearest", 29.998), True),
        ({"grid": None, "rule": "unrouted", "distance_to_border_m": None}, Verdict("a", "nearest", 20.0), False),
        ({"rule": "covers"}, Verdict("a", "tie", 0.0), False),
        ({"grid": "c", "rule": "covers", "zone": {"lies_in": "a"}}, Verdict("a", "covers", 0.0), True),
    ],
)
def test_what_is_the_same(routed: dict[str, Any], verdict: Verdict, *, right: bool) -> None:
    assert agrees(NEAREST | routed, verdict) is right
