"""The deed: boundaries put in force, with all that hangs on them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.desk.redrawing.counting import keep_cases
from gridmap.desk.redrawing.ground import Ground, touched
from gridmap.desk.redrawing.moving import Lying, Moved, move, survey
from gridmap.desk.redrawing.telling import concerned, tell
from gridmap.grids.change import Change, GridDraft
from gridmap.grids.publishing import Published, publish, redraw
from gridmap.grids.rollback import reversal


@dataclass(frozen=True)
class Enacted:
    """What a publish did, to boundaries and to cases.

    Attributes:
        ground: what it touched; None where it changed names alone.
        moved: open cases that lie in another grid now.
        lying: all cases of the ground, open or of 90 days, by the grid before and now.
        told: how many people got a notice.
    """

    published: Published
    ground: Ground | None = None
    moved: list[Moved] = field(default_factory=list)
    lying: list[Lying] = field(default_factory=list)
    told: int = 0


def enact(
    session: Session,
    change: Change,
    *,
    actor: str,
    nearest_limit_m: float,
    at: datetime | None = None,
    note: str = "",
    trial: bool = False,
) -> Enacted:
    """Put a change in force and let everything follow: open cases, lineage, notices, maps. The caller commits.

    A `trial` finds out the same and writes the boundaries, which the caller takes back. It writes and locks no case, so that
    alerts are taken and cases acted on meanwhile.

    Raises:
        NoPartition, Invalid, Conflict: as `grids.publishing.redraw` does.
    """
    done = redraw(session, change, actor=actor, at=at, note=note, trial=trial)
    return _follow(session, done, actor, nearest_limit_m, trial=trial)


def roll_back(
    session: Session, publication: int, *, actor: str, nearest_limit_m: float, note: str = "", trial: bool = False
) -> Enacted:
    """Put in force again what one publish changed. The caller commits; `trial` as for `enact`.

    Raises:
        NotFound, Invalid: as `grids.rollback.reversal` does.
        Conflict: the same grids have been redrawn again since; its facts name them.
    """
    change = reversal(session, publication)
    done = redraw(session, change, actor=actor, note=note, undoes=publication, trial=trial)
    return _follow(session, done, actor, nearest_limit_m, trial=trial)


def enact_whole(
    session: Session,
    drafts: Sequence[GridDraft],
    *,
    actor: str,
    nearest_limit_m: float,
    at: datetime | None = None,
    note: str = "",
) -> Enacted:
    """Put a whole set of grids in force, as a file has it, and let everything follow. The caller commits.

    Raises:
        NoPartition, Invalid, Conflict: as `grids.publishing.publish` does.
    """
    return _follow(session, publish(session, drafts, actor=actor, at=at, note=note), actor, nearest_limit_m)


def _follow(session: Session, done: Published, actor: str, limit_m: float, *, trial: bool = False) -> Enacted:
    ground = touched(session, done)
    # Names alone, or the first boundaries there ever were: no case lies elsewhere now.
    if ground is None or not (ground.before or ground.zones):
        return Enacted(done, ground)
    now = clock.now()
    if trial:
        census = survey(session, ground, limit_m=limit_m, now=now)
        return Enacted(done, ground, census.moved, census.lying, len(concerned(session, census.moved, actor=actor, now=now)))
    census = move(session, ground, actor=actor, limit_m=limit_m, now=now)
    keep_cases(session, ground.publication, census.lying)
    told = tell(session, ground, census.moved, actor=actor, now=now)
    return Enacted(done, ground, census.moved, census.lying, told)
