"""A preview writes boundaries that nobody else sees: alerts are taken meanwhile, and cases acted on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from gridmap.cases.models import Case
from gridmap.desk.alerts import Outcome
from gridmap.desk.redrawing.enact import Enacted
from gridmap.desk.redrawing.impact import preview
from gridmap.grids.models import Publication
from tests import town
from tests.desk.incoming import alert, take
from tests.desk.turning import AFTER, BEFORE, MOVING, newest, opened, publish

_NO_WAITING = text("SET LOCAL lock_timeout = '100ms'")


@pytest.fixture
def standing_town(committing: Engine) -> Engine:
    """The tiny town with one open case, on the ground that a turned border gives away."""
    with Session(committing) as session, session.begin():
        town.found(session)
        town.category(session)
        opened(session, MOVING)
    return committing


def while_previewed(engine: Engine, others: Callable[[Session], object]) -> list[str | None]:
    """Let others do something, who don't wait, while a preview has done what it does; the grids it told of for the cases."""

    def deed(*, trial: bool) -> Enacted:
        done = publish(session, trial=trial)
        with Session(engine) as other, other.begin():
            other.execute(_NO_WAITING)
            others(other)
        return done

    with Session(engine) as session, session.begin():
        return [case.after for case in preview(session, deed).cases]


def test_an_alert_is_taken_meanwhile_by_the_boundaries_in_force(standing_town: Engine) -> None:
    taken: list[Outcome] = []
    told = while_previewed(standing_town, lambda other: taken.extend(take(other, [alert("new", at=(1.15, 0.3))])))
    assert told == [AFTER]
    with Session(standing_town) as session:
        case = session.scalars(select(Case).where(Case.number == taken[0].number)).one()
        assert case.grid_code == BEFORE


def test_an_alert_joins_a_case_that_the_preview_moves(standing_town: Engine) -> None:
    taken: list[Outcome] = []
    assert while_previewed(standing_town, lambda other: taken.extend(take(other, [alert("again", at=MOVING)]))) == [AFTER]
    assert [one.relation for one in taken] == ["joined"]
    with Session(standing_town) as session:
        assert [(case.alerts, case.grid_code) for case in session.scalars(select(Case))] == [(2, BEFORE)]


def test_somebody_acts_on_a_case_that_the_preview_moves(standing_town: Engine) -> None:
    assert while_previewed(standing_town, lambda other: other.execute(text("SELECT FROM cases FOR UPDATE")).all()) == [AFTER]


def test_a_publish_waits_for_it(standing_town: Engine) -> None:
    with pytest.raises(OperationalError, match="lock timeout"):
        while_previewed(standing_town, publish)


def test_it_takes_no_number_from_publications(standing_town: Engine) -> None:
    assert while_previewed(standing_town, lambda _: None) == [AFTER]
    with Session(standing_town) as session, session.begin():
        before = newest(session)
        assert publish(session).published.publication == before + 1


def test_previews_at_once_tell_the_same_and_leave_nothing(standing_town: Engine) -> None:
    together = Barrier(4)

    def ask(_: int) -> list[str | None]:
        with Session(standing_town) as session, session.begin():
            together.wait(30)
            return [case.after for case in preview(session, lambda *, trial: publish(session, trial=trial)).cases]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(4))) == [[AFTER]] * 4
    with Session(standing_town) as session:
        assert len(session.scalars(select(Publication)).all()) == 1
