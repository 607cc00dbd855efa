"""Lists of cases: every filter against counting by hand, pages without holes or repeats, words taken literally."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases import figures, lookup
from gridmap.cases.categories import CategoryKey
from gridmap.cases.lookup import Filter
from gridmap.cases.models import Case
from gridmap.cases.states import OPEN_STATES, State
from gridmap.desk.alerts import Incoming, Policy, receive
from gridmap.errors import NotFound
from gridmap.maps.crowds.counting import by_grid
from tests import town

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
POLICY = Policy(30.0, 0.0, 0.0)
RUBBISH = CategoryKey(town.STANDARD, "matter", "06010")


def send(session: Session, count: int, *, first: int = 0, at: datetime = NOW, **facts: Any) -> list[str]:
    """Cases all over the tiny town, numbered from `first`, all received at one moment."""
    alerts = []
    for n in range(first, first + count):
        lon, lat = town.spot(0.25 + n % 6 * 0.5, 0.25 + n // 6 % 6 * 0.5)
        usual = {"category": RUBBISH if n % 3 else None, "lon": lon, "lat": lat, "text": f"第{n}件", "address": f"示例路{n}号"}
        alerts.append(Incoming(f"source-{n % 2}", f"A-{n}", at, "{}", **(usual | facts)))
    with clock.frozen(at):
        return [outcome.number for outcome in receive(session, alerts, actor="test", policy=POLICY)]


@pytest.fixture
def forty(tiny_town: Session) -> Session:
    """Forty cases in lots of ten, one lot an hour; some closed, some nowhere."""
    town.category(tiny_town)
    for lot in range(4):
        send(tiny_town, 9, first=lot * 10, at=NOW - timedelta(hours=3 - lot))
        send(tiny_town, 1, first=lot * 10 + 9, at=NOW - timedelta(hours=3 - lot), lon=None, lat=None)
    town.stand(tiny_town, State.CLOSED, "source_id IN ('A-1', 'A-12', 'A-23')")
    town.stand(tiny_town, State.HANDLING, "source_id IN ('A-2', 'A-3')")
    return tiny_town


def ids(features: list[dict[str, Any]]) -> list[str]:
    return [feature["properties"]["source_id"] for feature in features]


BOX = (*town.spot(0, 0), *town.spot(1, 1))
FILTERS: list[tuple[Filter, Callable[[Case], bool]]] = [
    (Filter(), lambda _: True),
    (Filter(states=OPEN_STATES), lambda c: c.state != State.CLOSED),
    (Filter(states=[State.HANDLING]), lambda c: c.state == State.HANDLING),
    (Filter(states=[State.CLOSED, State.HANDLING]), lambda c: c.state in (State.CLOSED, State.HANDLING)),
    (Filter(states=[State.VOID]), lambda _: False),
    (Filter(grid=town.micro(1, 1)), lambda c: c.grid_code == town.micro(1, 1)),
    (Filter(grid=town.village(2)), lambda c: (c.grid_code or "").startswith(town.village(2))),
    (Filter(grid=town.TOWN), lambda c: c.grid_code is not None),
    (Filter(source="source-1"), lambda c: c.source == "source-1"),
    (Filter(source="source"), lambda _: False),
    (Filter(since=NOW - timedelta(hours=1)), lambda c: c.received_at >= NOW - timedelta(hours=1)),
    (Filter(tray="unrouted"), lambda c: c.grid_code is None),
    (Filter(tray="triage"), lambda c: c.category_id is None),
    (Filter(category=[RUBBISH]), lambda c: c.category_id is not None),
    (Filter(category=[(town.STANDARD, "component", "06010")]), lambda _: False),
    (Filter(bounds=BOX), lambda c: c.location is not None and c.location.x <= BOX[2] and c.location.y <= BOX[3]),
    (Filter(text="示例路3"), lambda c: c.address.startswith("示例路3")),
    (Filter(text="%"), lambda _: False),
    (Filter(text="_"), lambda _: False),
    (Filter(text="\\"), lambda _: False),
    (
        Filter(states=OPEN_STATES, grid=town.village(1), tray="triage", source="source-0"),
        lambda c: (
            c.state != State.CLOSED
            and (c.grid_code or "").startswith(town.village(1))
            and c.category_id is None
            and c.source == "source-0"
        ),
    ),
]


@pytest.mark.parametrize(("asked", "fits"), FILTERS)
def test_each_filter_finds_what_fits(forty: Session, asked: Filter, fits: Callable[[Case], bool]) -> None:
    expected = {case.source_id for case in forty.scalars(select(Case)) if fits(case)}
    page = lookup.page(forty, asked, limit=100)
    assert set(ids(page.features)) == expected
    assert page.matched == len(expected)
    few = lookup.page(forty, asked, limit=3)
    assert few.matched == len(expected)
    assert (few.next is None) == (len(expected) <= 3)


def test_wildcards_in_the_question_are_letters(forty: Session) -> None:
    send(forty, 1, first=100, text="满 100%_了 \\o/")
    for word in ("100%", "%_了", "\\o/", "100%_了 \\O"):
        assert ids(lookup.page(forty, Filter(text=word), limit=9).features) == ["A-100"]


def test_pages_are_whole_though_new_cases_arrive(forty: Session) -> None:
    before = set(ids(lookup.page(forty, Filter(), limit=100).features))
    seen: list[str] = []
    asked, arriving = Filter(), 200
    while True:
        page = lookup.page(forty, asked, limit=7)
        seen += ids(page.features)
        send(forty, 3, first=arriving, at=NOW + timedelta(seconds=arriving))
        arriving += 3
        if page.next is None:
            break
        asked = Filter(before=page.next)
    assert len(seen) == len(set(seen)) == 40
    assert set(seen) == before


def test_newest_come_first(forty: Session) -> None:
    times = [f["properties"]["received_at"] for f in lookup.page(forty, Filter(), limit=100).features]
    assert times == sorted(times, reverse=True)


def test_one_case_in_full(forty: Session) -> None:
    number = forty.scalars(select(Case.number).where(Case.source_id == "A-2")).one()
    detail = lookup.detail(forty, number)
    assert detail.feature["id"] == number
    assert detail.route["rule"] == "covers"
    assert [alert["source_id"] for alert in detail.alerts] == ["A-2"]
    with pytest.raises(NotFound):
        lookup.detail(forty, "20261122-999999")


def test_numbers_are_readable_and_count_up(forty: Session) -> None:
    numbers = list(forty.scalars(select(Case.number).order_by(Case.id)))
    assert len(set(numbers)) == 40
    assert all(len(number) == 15 and number[8] == "-" for number in numbers)
    assert [int(number[9:]) for number in numbers] == list(range(int(numbers[0][9:]), int(numbers[0][9:]) + 40))


def test_figures_agree_with_counting(forty: Session) -> None:
    later = NOW + timedelta(hours=21, minutes=30)
    day_ago = later - figures.DAY  # One lot is older.
    forty.execute(text("UPDATE cases SET handled_at = due_at WHERE source_id IN ('A-4', 'A-5')"))
    forty.execute(text("UPDATE cases SET handled_at = due_at + interval '1 second' WHERE source_id = 'A-7'"))
    cases = list(forty.scalars(select(Case)))

    def late(case: Case) -> bool:
        return case.due_at is not None and case.due_at < later and (case.handled_at is None or case.handled_at > case.due_at)

    of = {case.source_id: case for case in cases}
    assert [late(of[name]) for name in ("A-4", "A-5", "A-7", "A-8")] == [False, False, True, True]
    counts = by_grid(forty, later)
    for code in {case.grid_code for case in cases}:
        mine = [case for case in cases if case.grid_code == code and case.state != State.CLOSED]
        assert counts[code] == {
            "open": len(mine),
            "last_24h": sum(case.received_at >= day_ago for case in mine),
            "overdue": sum(late(case) for case in mine),
            "triage": sum(case.category_id is None for case in mine),
        }
    mine = [case for case in cases if (case.grid_code or "").startswith(town.village(1))]
    assert figures.grid_load(forty, town.village(1), now=later) == {
        "open_cases": sum(case.state != State.CLOSED for case in mine),
        "cases_24h": sum(case.received_at >= day_ago for case in mine),
        "overdue": sum(case.state != State.CLOSED and late(case) for case in mine),
    }


def test_open_cases_are_counted_by_their_indexes_too(committing: Engine) -> None:
    """An SP-GiST index of PostGIS 3.3 ends the server process that counts by it alone."""
    with committing.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(
            text("INSERT INTO cases (source, source_id, occurred_at, route, location) SELECT 's', n, now(), '{}', "
                 "ST_SetSRID(ST_MakePoint(121.4 + n * 0.0001, 31.6), 4326) FROM generate_series(1, 300) AS n")
        )  # fmt: skip
        connection.execute(text("VACUUM ANALYZE cases"))
        connection.execute(text("DROP INDEX ix_cases_open_recent"))
        connection.execute(text("SET enable_seqscan = off"))
        assert connection.execute(text("SELECT count(*) FROM cases WHERE closed_at IS NULL")).scalar_one() == 300
