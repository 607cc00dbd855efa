"""Who is on duty: asked by whatever hands out work, for many grids at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.people.models import Team


class Reason(StrEnum):
    """Why somebody is on duty."""

    SHIFT = "shift"  # Their own shift.
    SWAP = "swap"  # They stand in for somebody, by an exception or a swap.
    HEAD = "head"  # Nobody is on shift: the micro-grid's head,
    VILLAGE_HEAD = "village_head"  # and where there is none, the village's,
    TOWN_HEAD = "town_head"  # or the town's.


@dataclass(frozen=True)
class OnDuty:
    """Somebody on duty.

    Args:
        person_id, ref, name, name_en: who.
        post_id: the post whose turn it is, or the head's own.
        post: its kind, see `post_kind`.
        team: None for heads.
        until: when the turn ends (aware); None for a head without an end in sight.
        reason: why they are.
    """

    person_id: int
    ref: str
    name: str
    name_en: str
    post_id: int
    post: str
    team: Team | None
    until: datetime | None
    reason: Reason


# Turns that run at :at began today or yesterday by the town's clock: none is longer than 24 hours. `least` ignores NULL.
_ON_DUTY = text(
    """
    WITH asked AS (
        SELECT DISTINCT unnest(CAST(:codes AS text[])) AS code
    ), turn AS (
        SELECT p.grid_code, p.id AS post_id, p.kind, p.team, upper(p.valid) AS post_ends,
               CASE WHEN x.id IS NULL THEN p.person_id ELSE x.substitute_id END AS person_id,
               x.id IS NOT NULL AS swapped,
               (d.day + CASE WHEN s.ends <= s.starts THEN 1 ELSE 0 END + s.ends) AT TIME ZONE 'Asia/Shanghai' AS ends
        FROM asked a
        JOIN post p ON p.grid_code = a.code AND p.valid @> CAST(:at AS timestamptz)
        JOIN shift s ON s.post_id = p.id
        CROSS JOIN (SELECT CAST(CAST(:at AS timestamptz) AT TIME ZONE 'Asia/Shanghai' AS date) - back AS day
                    FROM generate_series(0, 1) AS back) AS d
        LEFT JOIN shift_exception x ON x.shift_id = s.id AND x.day = d.day AND x.withdrawn_at IS NULL
        WHERE s.valid @> d.day AND extract(isodow FROM d.day) = ANY (s.weekdays)
          AND (d.day + s.starts) AT TIME ZONE 'Asia/Shanghai' <= :at
          AND :at < (d.day + CASE WHEN s.ends <= s.starts THEN 1 ELSE 0 END + s.ends) AT TIME ZONE 'Asia/Shanghai'
    ), on_shift AS (
        SELECT t.grid_code AS code, t.post_id, t.kind, t.team, least(t.ends, t.post_ends, n.left_at) AS until,
               CASE WHEN t.swapped THEN 'swap' ELSE 'shift' END AS reason,
               n.id AS person_id, n.ref, n.name, n.name_en
        FROM turn t JOIN person n ON n.id = t.person_id AND (n.left_at IS NULL OR n.left_at > :at)
                          AND (n.barred_at IS NULL OR n.barred_at > :at)
    ), head AS (
        SELECT DISTINCT ON (a.code)
               a.code, p.id AS post_id, p.kind, p.team, least(upper(p.valid), n.left_at) AS until,
               CASE length(p.grid_code) WHEN 15 THEN 'head' WHEN 12 THEN 'village_head' ELSE 'town_head' END AS reason,
               n.id AS person_id, n.ref, n.name, n.name_en
        FROM asked a
        JOIN post p ON p.grid_code IN (a.code, left(a.code, 12), left(a.code, 9)) AND p.team IS NULL
                   AND p.valid @> CAST(:at AS timestamptz)
        JOIN person n ON n.id = p.person_id AND (n.left_at IS NULL OR n.left_at > :at)
                          AND (n.barred_at IS NULL OR n.barred_at > :at)
        WHERE NOT EXISTS (SELECT FROM on_shift o WHERE o.code = a.code)
        ORDER BY a.code, length(p.grid_code) DESC
    )
    SELECT o.* FROM (SELECT * FROM on_shift UNION ALL SELECT * FROM head) AS o
    JOIN post_kind k ON k.code = o.kind
    ORDER BY o.code, array_position(ARRAY['management', 'work', 'volunteer'], o.team), o.until DESC NULLS FIRST,
             k.place, o.ref, o.post_id
    """
)


def on_duty(session: Session, codes: Collection[str], at: datetime) -> dict[str, list[OnDuty]]:
    """Who is on duty at `at` (aware) in these micro-grids, best first; every code asked for is a key.

    Those on shift by team (management, work, volunteer), and within it whoever stays longest. Where nobody is on shift it is
    the micro-grid's head alone, else the village's, else the town's, else nobody. Who can't sign in is passed over. A person
    appears once a grid.
    """
    found: dict[str, list[OnDuty]] = {code: [] for code in codes}
    if not found:
        return found
    for row in session.execute(_ON_DUTY, {"codes": list(found), "at": at}):
        there = found[row.code]
        if all(one.person_id != row.person_id for one in there):
            team = None if row.team is None else Team(row.team)
            there.append(
                OnDuty(row.person_id, row.ref, row.name, row.name_en, row.post_id, row.kind, team, row.until, Reason(row.reason))
            )
    return found
