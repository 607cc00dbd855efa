"""The worker's loop: settings that make no sense are refused at once, and a case that can't be looked at holds up no other."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from gridmap import clock
from gridmap.cases.clock_models import Reminder, Watch
from gridmap.cases.judging import RouteCheck
from gridmap.cli import watchman
from gridmap.config import Settings
from gridmap.db import make_sessions
from gridmap.desk.watching.looking import look
from gridmap.desk.watching.rules import Rules
from gridmap.errors import Invalid
from tests import town
from tests.desk import stage


@pytest.mark.parametrize(
    "wrong",
    [
        {"escalation": "1,2"},
        {"webhook_url": "https://hook.example"},
        {"webhook_url": "file:///etc/passwd", "webhook_secret": SecretStr("s")},
        {"smtp_host": "127.0.0.1"},
    ],
)
def test_settings_that_make_no_sense_are_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    settings = Settings(home=tmp_path, **wrong)
    with pytest.raises(Invalid):
        _ = watchman.rules_of(settings), watchman.ways_of(settings)


def test_nothing_is_set_nothing_goes_out(tmp_path: Path) -> None:
    assert watchman.ways_of(Settings(home=tmp_path)).channels == []


def test_a_case_that_can_not_be_looked_at_is_set_aside(committing: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with Session(committing) as session, session.begin():
        town.found(session)
        town.category(session)
        stage.people(session)
        then = clock.now() - timedelta(hours=9)
        first, other = (stage.open_case(session, n, now=then, at=(1.1 + n / 4, 2.5)).id for n in (1, 2))
    sessions = make_sessions(committing)
    with sessions.begin() as session:
        stage.watch_all(session, Rules())
        session.execute(update(Watch).values(next_at=then))
        session.execute(update(Watch).where(Watch.case_id == first).values(next_at=then - timedelta(hours=1)))

    def breaking(session: Session, case_id: int, rules: Rules) -> None:
        look(session, case_id, rules)
        if case_id == first:
            raise ZeroDivisionError

    monkeypatch.setattr(watchman, "look", breaking)
    assert watchman.look_at_one(sessions, Rules())
    assert watchman.look_at_one(sessions, Rules())
    assert not watchman.look_at_one(sessions, Rules())
    with sessions() as session:
        assert set(session.scalars(select(Reminder.case_id))) == {other}
        assert session.get_one(Watch, first).next_at > clock.now()


def test_routes_are_judged_now_and_then_unless_none_are_to_be(committing: Engine) -> None:
    with Session(committing) as session, session.begin():
        town.found(session)
        town.category(session)
        case = stage.open_case(session)
        case.route = {**case.route, "grid": town.micro(1, 1)}
    sessions = make_sessions(committing)

    def counted() -> tuple[int, int]:
        with sessions() as session:
            check = session.get_one(RouteCheck, 1)
            return check.checked, check.differing

    assert not watchman.Judging(sessions, 0, timedelta(hours=1)).judge_some()
    assert counted() == (0, 0)
    judging = watchman.Judging(sessions, 10, timedelta(hours=1))
    with capture_logs() as logged:
        assert [judging.judge_some() for _ in range(3)] == [False] * 3
    assert counted() == (1, 1)
    assert [(line["event"], line["log_level"]) for line in logged] == [("worker.route_differs", "error")]
