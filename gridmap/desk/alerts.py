"""Receive alerts: each becomes a case in its micro-grid, or joins one that is open, or is known already.

An alert is never lost to geometry or vocabulary: no grid, unknown camera, unmapped code, place outside the town: the
case opens all the same, in the unrouted or the triage tray.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases import reporters, taking, working
from gridmap.cases.opening import Kept, NewCase, keep_alerts, open_cases
from gridmap.desk.draft import Draft, Incoming, Relation
from gridmap.desk.drafting import STEP, Policy, Prepared, prepare, preparing, routed_anew
from gridmap.desk.history import remembered
from gridmap.desk.inviting import invite_joined
from gridmap.desk.joining import settle
from gridmap.desk.standing import Standing, standing_by_category
from gridmap.desk.telling import Fresh, Outcome, Telling
from gridmap.journal.write import write
from gridmap.people.first import first_on_duty

__all__ = ["STEP", "Fresh", "Incoming", "Outcome", "Policy", "Prepared", "Relation", "prepare", "preparing", "receive", "take"]


def receive(session: Session, alerts: Sequence[Incoming], *, actor: str, policy: Policy) -> list[Outcome]:
    """Take alerts, in their order, as if one by one; the outcomes in the same order. The caller commits.

    Each (source, source_id) is taken once, whoever sends it again and when; concurrent calls wait for each other only
    where they bear on the same alerts or could join the same cases.
    """
    if not alerts:
        return []
    return take(session, prepare(session, alerts, policy=policy), actor=actor, policy=policy)


def take(session: Session, prepared: Prepared, *, actor: str, policy: Policy) -> list[Outcome]:
    """The second half of `receive`, for who prepares one chunk of alerts while another is taken. The caller commits."""
    found = taking.look(session, prepared.asking)
    now = clock.now()  # Nobody publishes from here on.
    if found.past != prepared.past:
        found = taking.look_in_history(session, found, [draft.key for draft in prepared.drafts])
        remembered.behind(session)
    if found.publication != prepared.index.published:
        prepared = routed_anew(session, prepared, policy=policy)
    drafts, index = prepared.drafts, prepared.index
    settle(drafts, found, policy.rules)
    opening = [draft for draft in drafts if draft.relation is Relation.OPENED]
    # Whatever else a new case is to know from the start is asked for here, once for all of `opening`.
    named = first_on_duty(session, {d.route.grid for d in opening if d.route.grid}, now, version=found.roster)
    standing = standing_by_category((d.category for d in opening), now, working.recent(session))
    telling = Telling(drafts, standing, actor)
    open_cases(session, [_new(draft, standing[draft.category_id], named) for draft in opening], telling.opened)
    telling.complete(session, now)
    fresh = [draft for draft in drafts if draft.relation is not Relation.KNOWN]
    _keep(session, fresh, actor, now)
    write(session, telling.events(_links(session, fresh, now)))
    return telling.outcomes(index.names)


def _keep(session: Session, fresh: Sequence[Draft], actor: str, now: datetime) -> None:
    kept = [Kept(*draft.key, draft.alert.payload, draft.case.case_id, draft.relation.value) for draft in fresh]
    keep_alerts(session, kept, actor=actor, received_at=now, said=[draft.sketch.kept for draft in fresh])
    reporters.keep(session, [(draft.case.case_id, *draft.key, *draft.alert.reporter) for draft in fresh if draft.alert.reporter])


def _links(session: Session, fresh: Sequence[Draft], now: datetime) -> Mapping[tuple[str, str], int]:
    """What those are sent whose alert joins a case that is verified already."""
    joined: dict[int, list[tuple[str, str]]] = {}
    for draft in fresh:
        if draft.relation is Relation.JOINED and draft.alert.reporter and any(draft.alert.reporter):
            joined.setdefault(draft.case.case_id, []).append(draft.key)
    return invite_joined(session, joined, now) if joined else {}


def _new(draft: Draft, standing: Standing, named: Mapping[str, int]) -> NewCase:
    grid, sketch = draft.route.grid, draft.sketch
    return NewCase(draft.key, sketch.row, standing.columns, named.get(grid) if grid else None, (standing.copied, sketch.copied))
