"""Follow the feed: whatever happened to a case decides when it must be looked at next; notices find their ways out.

The worker reads what the relay has placed, so that neither alerts nor actions pay for the watch.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import TextClause, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridmap.cases.clock_models import Followed
from gridmap.cases.models import Case
from gridmap.desk.watching import anew
from gridmap.desk.watching.noting import watch
from gridmap.desk.watching.rules import Rules
from gridmap.journal.feed import last_position
from gridmap.notices.giving import GIVEN, Recipients, give

READER = "watch"
AT_ONCE = 1000
BEARING_ON_ALL = frozenset({"cases.loaded", "stages.loaded", "workdays.loaded"})

_READ = text(
    """
    SELECT f.position, j.topic, j.kind, j.subject, CASE WHEN j.kind = :given THEN j.data -> 'ids' END AS ids,
           CASE WHEN j.kind IN ('case.verify', 'alert.joined') THEN j.data -> 'links' END AS links
    FROM feed f JOIN journal j ON j.id = f.journal_id
    WHERE f.position > :after ORDER BY f.position LIMIT :most
    """
)


def follow(session: Session, rules: Rules, channels: Collection[str], to_reporters: Collection[str] = ()) -> int | None:
    """Read on, at most `AT_ONCE` rows; answers how many, None when another worker is reading. The caller commits.

    At the very first time all open cases are to be looked through.

    Args:
        channels: the ways out that are set for notices.
        to_reporters: those for what reporters are told.
    """
    reading = session.scalars(select(Followed).where(Followed.reader == READER).with_for_update(skip_locked=True)).first()
    if reading is None:
        return _begin(session)
    rows = session.execute(_READ, {"after": reading.position, "most": AT_ONCE, "given": GIVEN}).all()
    if not rows:
        return 0
    kinds = {row.kind for row in rows}
    if kinds & BEARING_ON_ALL:
        anew.begin(session)
    watch(session, {row.subject for row in rows if row.topic == "cases" and row.kind != "cases.loaded"}, rules)
    _tell_who_is_named(session, {row.subject for row in rows if row.kind == "case.opened"})
    _send(session, _DELIVER, [key for row in rows for key in row.ids or ()], channels)
    _send(session, _ANSWER, [key for row in rows for key in row.links or ()], to_reporters)
    reading.position = rows[-1].position
    return len(rows)


# Most people have no account, and thousands of cases may have opened: only those somebody would read of are looked at.
_NAMED = text(
    """
    SELECT c.id FROM cases c
    WHERE c.number = ANY(CAST(:numbers AS text[]))
      AND EXISTS (SELECT FROM account a WHERE a.person_id = c.person_id AND a.disabled_at IS NULL)
    ORDER BY c.id
    """
)


def _tell_who_is_named(session: Session, numbers: Collection[str]) -> None:
    """Tell whoever was on duty that a new case bears their name; once, since a row of the feed is read once."""
    if not numbers:
        return
    for case_id in session.execute(_NAMED, {"numbers": sorted(numbers)}).scalars().all():
        case = session.get_one(Case, case_id, populate_existing=True)
        to = Recipients(persons=frozenset({case.person_id} if case.person_id is not None else ()))
        give(session, case, "named", to, actor="system", at=case.received_at)


def _begin(session: Session) -> int | None:
    begun = insert(Followed).values(reader=READER, position=last_position(session)).on_conflict_do_nothing()
    if session.execute(begun.returning(Followed.reader)).first() is None:
        return None
    anew.begin(session)
    return 1


_DELIVER = text(
    """
    INSERT INTO notice_delivery (notice_id, channel)
    SELECT n.id, channel FROM notice n CROSS JOIN unnest(CAST(:channels AS text[])) AS channel
    LEFT JOIN account a ON a.id = n.account_id
    LEFT JOIN person p ON p.id = coalesce(n.person_id, a.person_id)
    WHERE n.id = ANY(CAST(:ids AS bigint[])) AND (channel <> 'mail' OR p.email <> '')
    ON CONFLICT DO NOTHING
    """
)


_ANSWER = text(
    """
    INSERT INTO notice_delivery (link_id, channel)
    SELECT l.id, channel FROM rating_link l JOIN reporter r ON r.id = l.reporter_id
    CROSS JOIN unnest(CAST(:channels AS text[])) AS channel
    WHERE l.id = ANY(CAST(:ids AS bigint[]))
      AND CASE channel WHEN 'mail' THEN r.email <> '' ELSE r.phone <> '' OR r.email <> '' END
    ON CONFLICT DO NOTHING
    """
)


def _send(session: Session, how: TextClause, ids: Sequence[int], channels: Collection[str]) -> None:
    if ids and channels:
        session.execute(how, {"ids": list(ids), "channels": sorted(channels)})
