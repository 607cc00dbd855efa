"""Routes looked at again by the database: PostGIS says where a case's place lay under the boundaries it was routed by.

What is compared is the grid the place lies in, not the one a special zone sends the case to.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, CheckConstraint, DateTime, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from gridmap.cases.past import PAST_AS_CASES
from gridmap.db import Base

_RECENT = 20  # Times as many of the newest cases as are looked at: one source that sends thousands is not all of them.
_SAME_M = 0.01  # Two planes measure a distance; the database's stands at the point's own tenth of a degree.
_JUDGED = """
    SELECT c.id, c.route, m.code, m.rule, m.distance_m
    FROM {chosen} c JOIN publication p ON p.id = (c.route ->> 'publication')::int
    LEFT JOIN LATERAL micro_grid_at(
        (c.route -> 'point' ->> 0)::float8, (c.route -> 'point' ->> 1)::float8, p.at, (c.route ->> 'limit_m')::float8
    ) AS m ON true
    WHERE c.route ->> 'point' IS NOT NULL
"""
_CHOSEN = text(
    f"""
    WITH newest AS (SELECT id FROM cases ORDER BY received_at DESC, id DESC LIMIT :window),
    chosen AS (
        (SELECT id FROM newest ORDER BY random() LIMIT :count)
        UNION
        SELECT 1 + trunc(random() * last.id)::bigint FROM (SELECT max(id) AS id FROM cases) AS last, generate_series(1, :count)
    )
    {_JUDGED.format(chosen="(SELECT cases.id, route FROM chosen JOIN cases USING (id))")}
    """
)
_ONE_PAST = f"({PAST_AS_CASES} WHERE id = chosen_id LIMIT 1)"  # Found by its id: no piece is read through.
# By chance among the ids that the pieces were given: those of rows that a load left out again are nobody's.
_CHOSEN_OF_PAST = text(
    f"""
    WITH piece AS (
        SELECT first_id, count, CAST(sum(count) OVER (ORDER BY first_id) AS bigint) AS until
        FROM past_piece JOIN past_load l ON l.id = load_id WHERE NOT l.begun
    ), drawn AS MATERIALIZED (
        SELECT CAST(floor(random() * last.until) AS bigint) AS at
        FROM (SELECT max(until) AS until FROM piece) AS last, generate_series(1, :count)
    ), chosen AS MATERIALIZED (
        SELECT DISTINCT first_id + at - (until - count) AS chosen_id FROM drawn JOIN piece ON at >= until - count AND at < until
    )
    {_JUDGED.format(chosen=f"(SELECT past.id, route FROM chosen, LATERAL {_ONE_PAST} AS past)")}
    """
)


class RouteCheck(Base):
    """The one row that tells how many routes were looked at, how many the database answers otherwise, and when it goes on."""

    __tablename__ = "route_check"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    next_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    checked: Mapped[int] = mapped_column(BigInteger, server_default="0")
    differing: Mapped[int] = mapped_column(BigInteger, server_default="0")


class Verdict(NamedTuple):
    """What the database says of a place: the grid and the rule by which, and the metres to it; nothing where no grid is near."""

    grid: str | None
    rule: str | None
    metres: float | None


class Differing(NamedTuple):
    """A case whose route is not the database's."""

    case_id: int
    routed: Mapping[str, Any]
    verdict: Verdict


def due(session: Session, now: datetime) -> RouteCheck | None:
    """The row, held until the transaction ends, if it is time; None too where another process has it in hand."""
    asked = select(RouteCheck).where(RouteCheck.next_at <= now).with_for_update(skip_locked=True)
    return session.scalars(asked).one_or_none()


def judge_some(session: Session, check: RouteCheck, count: int) -> list[Differing]:
    """Look at `count` of the newest cases, as many of all there are, and as many past ones, by chance; count them, and answer
    those that differ."""
    rows = session.execute(_CHOSEN, {"count": count, "window": count * _RECENT}).all()
    found = [Differing(row.id, row.route, Verdict(row.code, row.rule, row.distance_m)) for row in rows]
    rows = session.execute(_CHOSEN_OF_PAST, {"count": count}).all()
    found += [Differing(row.id, row.route, _of_past(row.route, Verdict(row.code, row.rule, row.distance_m))) for row in rows]
    differing = [one for one in found if not agrees(one.routed, one.verdict)]
    check.checked += len(found)
    check.differing += len(differing)
    return differing


def _of_past(routed: Mapping[str, Any], verdict: Verdict) -> Verdict:
    """A point on a border is covered by the lowest code, too: history is not always asked whether others have it as well."""
    return verdict._replace(rule="covers") if (routed["rule"], verdict.rule) == ("covers", "tie") else verdict


def agrees(routed: Mapping[str, Any], verdict: Verdict) -> bool:
    """Whether a route (`Route.facts`) is what the database says; of two grids equally near, to the centimetre, each is right."""
    lies_in = routed["zone"]["lies_in"] if "zone" in routed else routed["grid"]
    ours, theirs = routed["rule"], verdict.rule or "unrouted"
    if ours == theirs and lies_in == verdict.grid:
        return True
    if "covers" in (ours, theirs) or "tie" in (ours, theirs):
        return False
    # Outside of all grids: as far as the limit, or to the next grid, a distance decides.
    near = routed["distance_to_border_m"] if ours == "nearest" else routed["limit_m"]
    far = verdict.metres if verdict.metres is not None else routed["limit_m"]
    return bool(abs(near - far) <= _SAME_M)
