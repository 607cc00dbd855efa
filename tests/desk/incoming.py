"""Alerts as they come in, and the desk that takes them, for the tests."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases.categories import CategoryKey
from gridmap.desk.alerts import Incoming, Outcome, Policy, receive
from tests import town

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
POLICY = Policy(nearest_limit_m=30.0, duplicate_radius_m=50.0, duplicate_hours=24.0)
RUBBISH = CategoryKey(town.STANDARD, "matter", "06010")
PAPER = CategoryKey(town.STANDARD, "matter", "06011")


def alert(number: int | str = 1, *, at: tuple[float, float] | None = (1.5, 2.5), **facts: Any) -> Incoming:
    lon, lat = town.spot(*at) if at else (None, None)
    usual = Incoming("dahua", f"A-{number}", NOW, f'{{"n": "{number}"}}', category=RUBBISH, lon=lon, lat=lat)
    return replace(usual, **facts)


def take(session: Session, alerts: Sequence[Incoming], *, policy: Policy = POLICY, now: datetime = NOW) -> list[Outcome]:
    with clock.frozen(now):
        return receive(session, alerts, actor="key:test", policy=policy)


def one_by_one(session: Session, alerts: Sequence[Incoming], policy: Policy) -> list[Outcome]:
    return [outcome for each in alerts for outcome in take(session, [each], policy=policy)]


def count(session: Session, model: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0
