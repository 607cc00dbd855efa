"""Cases as deeds leave them, and questions about them."""

from datetime import timedelta
from typing import Any

import shapely
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from gridmap.cases.lookup import Filter
from gridmap.cases.models import Case
from gridmap.cases.states import OPEN_STATES, State
from gridmap.journal.write import Event, write
from tests import town


def case(session: Session, number: int, *, at: tuple[float, float] | None = (1.5, 1.5), **facts: Any) -> Case:
    """A case as a deed would leave it, with its row in the journal."""
    ended = facts.get("state", State.DISCOVERED) not in OPEN_STATES
    usual = {"source": "test", "source_id": str(number), "occurred_at": town.FOUNDED, "received_at": town.FOUNDED, "route": {}}
    place = None if at is None else shapely.Point(town.spot(*at))
    made = Case(
        **({**usual, "grid_code": town.micro(2, 2), "closed_at": town.FOUNDED if ended else None, "location": place} | facts)
    )
    session.add(made)
    session.flush()
    session.refresh(made)
    tell(session, made)
    return made


def tell(session: Session, *changed: Case, kind: str = "case.changed") -> None:
    write(session, [Event("cases", kind, one.number, "test", {}) for one in changed])


FILTERS = st.builds(
    Filter,
    states=st.sampled_from([(), tuple(OPEN_STATES), (State.HANDLING, State.CLOSED), tuple(State)]),
    grid=st.sampled_from([None, "3", town.TOWN, town.village(2), town.micro(1, 1), "0", town.TOWN[:8] + "8"]),
    category=st.sampled_from([(), [(town.STANDARD, "matter", "06020")], [(town.STANDARD, "matter", "none")]]),
    source=st.sampled_from([None, "camera", "nobody"]),
    since=st.sampled_from([None, town.FOUNDED + timedelta(hours=30), town.FOUNDED - timedelta(days=10_000)]),
    tray=st.sampled_from([None, "unrouted", "triage"]),
)
