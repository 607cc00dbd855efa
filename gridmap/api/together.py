"""Single alerts that arrive at the same time share one transaction; one that arrives alone does not wait for company.

Whoever comes first takes its alert; who comes meanwhile queues up, and the next in turn takes all of them at once. So the
busier it is, the cheaper an alert becomes: the statements and the commit are paid once for all of the company. Senders who
wait for their answers fall into two groups that take turns, each paying the whole price; so when it is busy, the next in
turn gives those just answered a moment to send again and come along.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Lock

import structlog
from sqlalchemy.orm import Session

from gridmap.desk.alerts import Incoming, Outcome

MOST = 100
MOMENT_S = 0.003  # Less than a company costs; who has been alone never waits it.

log = structlog.get_logger(__name__)

# Takes alerts of one actor and commits: desk.alerts.receive with the settings' policy.
Take = Callable[[Session, list[Incoming], str], list[Outcome]]


@dataclass
class _Waiting:
    alert: Incoming
    actor: str
    outcome: Outcome | None = None
    error: Exception | None = None
    alone: bool = False  # Its company failed: one of them may have spoilt it for the others.

    @property
    def waits(self) -> bool:
        """Whether nothing has become of it yet."""
        return self.outcome is None and self.error is None and not self.alone


class Together:
    """The queue of one application's alerts."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._turn = Lock()
        self._arrived: deque[_Waiting] = deque()
        self._arrival = Condition()
        self._about = 1  # How many senders seem to be about: the last company, and who came while it was taken.

    def receive(self, session: Session, alert: Incoming, *, actor: str) -> Outcome:
        """Take one alert, in whatever company; it is committed when this returns.

        Raises:
            Whatever taking this alert alone raises.
        """
        mine = _Waiting(alert, actor)
        with self._arrival:
            self._arrived.append(mine)
            self._arrival.notify()
        with self._turn:
            if mine.waits:
                self._gather()
            while mine.waits:
                self._take_company(session)
        if mine.error is not None:
            raise mine.error
        return mine.outcome or self._take(session, [alert], actor)[0]

    def _gather(self) -> None:
        """Wait a moment for as many as have lately been about."""
        with self._arrival:
            self._arrival.wait_for(lambda: len(self._arrived) >= min(self._about, MOST), MOMENT_S)

    def _take_company(self, session: Session) -> None:
        company = [self._arrived.popleft()]
        while self._arrived and self._arrived[0].actor == company[0].actor and len(company) < MOST:
            company.append(self._arrived.popleft())
        try:
            outcomes = self._take(session, [one.alert for one in company], company[0].actor)
        except Exception as error:  # noqa: BLE001  # whatever it is, each is told its own, taken alone
            session.rollback()
            log.debug("together.failed", company=len(company), error=str(error))
            company[0].error = error if len(company) == 1 else None
            for one in company:
                one.alone = len(company) > 1
        else:
            for one, outcome in zip(company, outcomes, strict=True):
                one.outcome = outcome
        finally:
            self._about = len(company) + len(self._arrived)
