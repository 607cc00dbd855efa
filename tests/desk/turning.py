"""A border of the tiny town that turns, and cases on either side of it."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases.models import Case
from gridmap.desk.redrawing.enact import Enacted, enact
from gridmap.grids.change import Change
from gridmap.grids.models import Publication
from tests import town
from tests.desk.incoming import NOW, POLICY, alert, take
from tests.grids.publishes import redrawn

BEFORE, AFTER = town.micro(2, 1), town.micro(1, 1)
MOVING, STAYING = (1.1, 0.2), (1.8, 0.5)  # The first lies west of the turned border, the second east of it.


def newest(session: Session) -> int:
    """The last publication."""
    return session.execute(select(func.max(Publication.id))).scalar_one()


def turned(session: Session) -> Change:
    """The border between (1, 1) and (2, 1) turned."""
    drafts = {draft.code: draft for draft in town.drafts(**redrawn()) if draft.code in (AFTER, BEFORE)}
    return Change(newest(session), drafts)


def publish(session: Session, change: Change | None = None, *, actor: str = "account:planner", trial: bool = False) -> Enacted:
    """An hour later, put a change in force: the turned border unless another is given."""
    with clock.frozen(NOW + timedelta(hours=1)):
        return enact(session, change or turned(session), actor=actor, nearest_limit_m=30.0, trial=trial)


def opened(session: Session, *places: tuple[float, float]) -> list[Case]:
    """Cases of different categories, so that none joins another."""
    made = take(session, [alert(n, at=at) for n, at in enumerate(places)], policy=replace(POLICY, duplicate_radius_m=0))
    return [session.scalars(select(Case).where(Case.number == one.number)).one() for one in made]
