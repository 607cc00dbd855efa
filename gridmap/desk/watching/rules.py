"""What the watch goes by: the town's settings, limits of stages and calendar."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.cases import working
from gridmap.cases.clock_models import StageLimit
from gridmap.cases.deadlines import CHINA, Calendar, Limit, Unit
from gridmap.cases.escalation import SHARES, Shares


@dataclass(frozen=True)
class Rules:
    """What the watch goes by.

    Attributes:
        shares: shares of a limit at which each rung of the ladder is reached.
        rating_time: how long a verified case waits for residents before it closes unrated.
        nearest_limit_m: as for alerts; actions want it.
        stages: limits of `dispatch`, `accept` and `verify`; one that is missing is not watched.
    """

    shares: Shares = SHARES
    rating_time: timedelta = timedelta(days=7)
    nearest_limit_m: float = 30.0
    stages: Mapping[str, Limit] = field(default_factory=dict)
    calendar: Calendar = CHINA

    def read(self, session: Session) -> "Rules":
        """The same settings with the tables as they stand."""
        stages = {row.stage: Limit(row.value, Unit(row.unit)) for row in session.scalars(select(StageLimit))}
        return Rules(self.shares, self.rating_time, self.nearest_limit_m, stages, working.calendar(session))
