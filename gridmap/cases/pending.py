"""What of a case is pending beside its tasks: requests that wait for a review, supervision orders, and whether there is room
for more. Pure.

The rules follow the trade (延期、挂账、申诉): an extension at most twice and a suspension once, both only before the limit has
run out; one appeal, after closing, against an overtime that was one.
"""

from dataclasses import dataclass, field
from datetime import datetime

from gridmap.cases.workflow import NotNow
from gridmap.errors import msg

MOST_EXTENSIONS = 2


@dataclass(frozen=True)
class Asked:
    """A request: extension, suspension or appeal; asked, granted or refused; by whom, and who has reviewed it."""

    id: int
    kind: str
    state: str
    by: str
    reviewers: frozenset[str] = field(default=frozenset())


@dataclass(frozen=True)
class Order:
    """A supervision order, and what became of it."""

    answered: bool
    lifted: bool


@dataclass(frozen=True)
class Pending:
    """Everything that was asked for or ordered about one case."""

    requests: tuple[Asked, ...] = ()
    orders: tuple[Order, ...] = ()

    def granted(self, kind: str) -> int:
        """How often a kind of request was granted."""
        return sum(one.kind == kind and one.state == "granted" for one in self.requests)

    def waits(self, kind: str) -> bool:
        """Whether one of a kind waits for its review."""
        return any(one.kind == kind and one.state == "asked" for one in self.requests)

    def to_review(self, reviewer: str) -> list[Asked]:
        """The requests that somebody (as the journal names them) could review: neither their own nor reviewed by them."""
        return [one for one in self.requests if one.state == "asked" and reviewer != one.by and reviewer not in one.reviewers]

    @property
    def to_answer(self) -> bool:
        """Whether an order waits for its answer."""
        return any(not one.answered and not one.lifted for one in self.orders)

    @property
    def to_lift(self) -> bool:
        """Whether an order is in force."""
        return any(not one.lifted for one in self.orders)


def check_extension(pending: Pending, due_at: datetime | None, now: datetime) -> None:
    """Whether the limit may be asked for once more.

    Raises:
        NotNow: it may not; says why.
    """
    check_not_overdue(due_at, now)
    if pending.granted("extension") >= MOST_EXTENSIONS:
        raise NotNow(msg("The limit has been extended %(most)s times, which is the most"), most=MOST_EXTENSIONS)
    _check_free(pending, "extension")


def check_suspension(pending: Pending, due_at: datetime | None, now: datetime) -> None:
    """Whether it may be asked for the clock to stand still; raises NotNow as above."""
    check_not_overdue(due_at, now)
    if pending.granted("suspension"):
        raise NotNow(msg("This case has been suspended once, which is the most"))
    _check_free(pending, "suspension")


def check_appeal(pending: Pending, due_at: datetime | None, done_at: datetime) -> None:
    """Whether it may be asked for an overtime to be excused; raises NotNow as above."""
    if due_at is None or done_at <= due_at:
        raise NotNow(msg("This case was not overdue; there is nothing to appeal against"))
    if any(one.kind == "appeal" for one in pending.requests):
        raise NotNow(msg("An appeal has been made before; there is only one"))


def check_not_overdue(due_at: datetime | None, now: datetime) -> None:
    """Raises NotNow for a case without a limit, and for one whose limit has run out."""
    if due_at is None:
        raise NotNow(msg("This case has no limit"))
    if now > due_at:
        raise NotNow(msg("This case is overdue; its limit can't be changed any more"))


def _check_free(pending: Pending, kind: str) -> None:
    if pending.waits(kind):
        raise NotNow(msg("This has been asked for and waits for its review"))
