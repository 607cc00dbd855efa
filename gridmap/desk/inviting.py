"""Residents are asked how they liked it: links to rate a case, and how such a link stands."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from gridmap.cases.loop_models import Rating, RatingLink, Reporter
from gridmap.cases.models import Case
from gridmap.cases.states import State
from gridmap.cases.workflow import TABLE, Action, NotNow
from gridmap.desk.acting.reporting import link_for, make_link
from gridmap.errors import Invalid, msg
from gridmap.journal.write import Event, write

LONGEST = timedelta(days=366)


class Standing(StrEnum):
    """How a link stands."""

    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    EARLIER_ROUND = "earlier_round"  # The case was taken up again since.
    TOO_EARLY = "too_early"  # … and is being handled.
    OVER = "over"  # It was no case, or part of another one.


@dataclass(frozen=True)
class Invited:
    """A link, its case, and the vote that came by it."""

    link: RatingLink
    case: Case
    rating: Rating | None

    def standing(self, now: datetime) -> Standing:
        """How it stands at `now`; a vote that was counted stays counted whatever came after."""
        state = State(self.case.state)
        if self.rating is not None:
            return Standing.USED
        if state in (State.VOID, State.MERGED):
            return Standing.OVER
        if self.link.round != self.case.rounds:
            return Standing.EARLIER_ROUND
        if self.link.expires_at < now:
            return Standing.EXPIRED
        return Standing.OPEN if state in TABLE[Action.RATE].paths else Standing.TOO_EARLY


def invite(session: Session, case: Case, *, label: str, by: str, now: datetime, expires_at: datetime) -> RatingLink:
    """Make a link for one resident. The caller commits.

    Raises:
        NotNow: the case is not handled yet, or was none.
        Invalid: it expires at once, or in more than a year.
    """
    if State(case.state) not in TABLE[Action.RATE].paths:
        raise NotNow(msg("Residents are asked once a case is handled; this one is '%(state)s'"), state=State(case.state).value)
    if not now < expires_at <= now + LONGEST:
        raise Invalid(msg("A link lasts at most a year, and longer than no time"), field="expires_at")
    link = make_link(session, case, label=label, by=by, now=now, expires_at=expires_at)
    # Its label may be somebody's name: the journal names the link only.
    write(session, [Event("cases", "rating.invited", case.number, by, {"link": link.id, "round": link.round})])
    return link


def invite_joined(
    session: Session, joined: Mapping[int, Collection[tuple[str, str]]], now: datetime
) -> dict[tuple[str, str], int]:
    """Links for those whose alerts (source, its number) join cases (by id) that are verified already: they got none by that.

    Answers the links' ids by alert. The caller has written down who they are, and commits.
    """
    # Locked, so that a verification meanwhile either sees these reporters or is seen here.
    locked = select(Case).where(Case.id.in_(joined)).order_by(Case.id).with_for_update(read=True)
    made: dict[tuple[str, str], RatingLink] = {}
    for case in session.scalars(locked.execution_options(populate_existing=True)):
        if State(case.state) is not State.RATING:
            continue
        asked = select(Reporter).where(tuple_(Reporter.source, Reporter.source_id).in_(joined[case.id]))
        for one in session.scalars(asked.order_by(Reporter.id)):
            made[one.source, one.source_id] = link_for(case, one, by="system", now=now)
    session.add_all(made.values())
    session.flush()
    return {key: link.id for key, link in made.items()}


def invited(session: Session, link_id: int) -> Invited | None:
    """What belongs to a link; None when there is none."""
    link = session.get(RatingLink, link_id)
    return None if link is None else Invited(link, session.get_one(Case, link.case_id), session.get(Rating, link_id))


def all_of(session: Session, case: Case) -> Sequence[Invited]:
    """Every link of a case, newest first."""
    asked = select(RatingLink, Rating).outerjoin(Rating, Rating.link_id == RatingLink.id).where(RatingLink.case_id == case.id)
    return [Invited(link, case, rating) for link, rating in session.execute(asked.order_by(RatingLink.id.desc()))]
