"""What a publish does, told in numbers: before it happens, by letting it happen and rolling it back, or after it has."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.desk.redrawing.compactness import polsby_popper, reock
from gridmap.desk.redrawing.enact import Enacted
from gridmap.desk.redrawing.moving import Lying
from gridmap.grids.households import newest, shared_out
from gridmap.places.lookup import inside

SOON = timedelta(hours=24)


@dataclass(frozen=True)
class Figures:
    """A grid in numbers.

    Attributes:
        area_m2: on the ellipsoid.
        open_cases, cases_90d: those open, and those received within 90 days, by the ground they lie on.
        at_risk: open cases whose limit has run out, or will within 24 hours.
        cameras, service_points: by where they stand.
        circle_share: share (0 to 1) of the ground within service circles.
        households: by the last count; of ground that changed hands by shares of ground. None where somebody was never counted.
        people: those with a post in it; `load` is open cases for each of them, None where there is nobody.
        polsby_popper, reock: see `compactness`.
        parts: how many pieces of ground that do not touch; 1 is contiguous.
    """

    area_m2: float
    open_cases: int
    cases_90d: int
    at_risk: int
    cameras: int
    service_points: int
    circle_share: float | None
    households: int | None
    people: int
    load: float | None
    polsby_popper: float
    reock: float
    parts: int


@dataclass(frozen=True)
class Change:
    """One grid before and after; None: it is not there then."""

    code: str
    name: str
    name_en: str
    before: Figures | None
    after: Figures | None


@dataclass(frozen=True)
class Hands:
    """A camera, a service point or a case that changes grid: its id or number, its names where it has any.

    `zone` is the special zone that sends a case there, or that sent it where it was.
    """

    id: str
    name: str
    name_en: str
    before: str | None
    after: str | None
    due_at: datetime | None = None
    zone: str | None = None


@dataclass(frozen=True)
class PostLeft:
    """A post in a grid that ends: its id, its kind by code and names, and who holds it by staff number and names."""

    id: int
    grid: str
    kind: str
    kind_name: str
    kind_name_en: str
    ref: str
    name: str
    name_en: str


@dataclass(frozen=True)
class Impact:
    """All that a publish changes. `left` are grids that end and people still have posts in, with how many; `posts` are those."""

    opened: list[str]
    closed: list[str]
    retired: list[str]
    renamed: list[str]
    zones: list[str]
    grids: list[Change]
    cases: list[Hands]
    cameras: list[Hands]
    service_points: list[Hands]
    left: dict[str, int]
    posts: list[PostLeft]
    told: int


class Deed(Protocol):
    """`enact` or `roll_back` with their arguments but the last: whether it is only a trial."""

    def __call__(self, *, trial: bool) -> Enacted:
        """Do it."""


def preview(session: Session, deed: Deed) -> Impact:
    """What `deed` would do: it is tried, measured, and rolled back.

    Publishes wait meanwhile, and other previews; alerts and whoever acts on cases do not.

    Raises:
        NoPartition, Invalid, Conflict, NotFound: as the deed itself does.
    """
    with session.begin_nested() as savepoint:
        found = measured(session, deed(trial=True))
        savepoint.rollback()
    session.expire_all()
    return found


def measured(session: Session, done: Enacted) -> Impact:
    """What a deed did, in the transaction that did it."""
    published, now = done.published, clock.now()
    rows = _boundaries(session, done)
    people = _people(session, {row.code for row in rows}, now)
    held = (_held(done.lying, now, "before"), _held(done.lying, now, "after"))
    homes = _households(session, rows, now)
    figures = {
        (row.code, row.ended): _figures(session, row, held[not row.ended], people, homes[not row.ended].get(row.code))
        for row in rows
    }
    called = {row.code: (row.name, row.name_en) for row in rows}
    return Impact(
        published.opened,
        published.closed,
        published.retired,
        published.renamed,
        published.zones,
        [Change(code, *called[code], figures.get((code, True)), figures.get((code, False))) for code in sorted(called)],
        [Hands(one.number, "", "", one.before, one.after, one.due_at, one.zone) for one in done.moved],
        _changing(session, done, "camera", "id"),
        _changing(session, done, "service_point", "code"),
        {code: people[code] for code in published.retired if people[code]},
        _posts_left(session, published.retired, now),
        done.told,
    )


_BOUNDARIES = text(
    """
    SELECT b.id, b.grid_code AS code, g.name, g.name_en, b.area_m2, ST_AsBinary(b.geom) AS wkb,
           coalesce(upper(b.valid) = :at, false) AS ended
    FROM boundary b JOIN grid g ON g.code = b.grid_code
    WHERE b.level = 'micro' AND b.grid_code = ANY(CAST(:codes AS text[])) AND (upper(b.valid) = :at OR lower(b.valid) = :at)
    """
)


def _boundaries(session: Session, done: Enacted) -> Sequence[Any]:
    published = done.published
    codes = sorted({*published.opened, *published.closed})
    return session.execute(_BOUNDARIES, {"codes": codes, "at": published.at}).all()


_PEOPLE = text(
    """
    SELECT p.grid_code AS code, count(DISTINCT p.person_id) AS people
    FROM post p JOIN person n ON n.id = p.person_id AND (n.left_at IS NULL OR n.left_at > :at)
    WHERE p.grid_code = ANY(CAST(:codes AS text[])) AND p.valid @> CAST(:at AS timestamptz) GROUP BY 1
    """
)


def _people(session: Session, codes: set[str], now: datetime) -> Counter[str]:
    rows = session.execute(_PEOPLE, {"codes": sorted(codes), "at": now})
    return Counter({row.code: row.people for row in rows})


_POSTS_LEFT = text(
    """
    SELECT p.id, p.grid_code AS grid, k.code AS kind, k.name AS kind_name, k.name_en AS kind_name_en, n.ref, n.name, n.name_en
    FROM post p JOIN person n ON n.id = p.person_id AND (n.left_at IS NULL OR n.left_at > :at) JOIN post_kind k ON k.code = p.kind
    WHERE p.grid_code = ANY(CAST(:codes AS text[])) AND p.valid @> CAST(:at AS timestamptz)
    ORDER BY p.grid_code COLLATE "C", k.place, n.ref, p.id
    """
)


def _posts_left(session: Session, retired: Sequence[str], now: datetime) -> list[PostLeft]:
    rows = session.execute(_POSTS_LEFT, {"codes": list(retired), "at": now}).mappings() if retired else ()
    return [PostLeft(**row) for row in rows]


@dataclass(frozen=True)
class _Held:
    """Cases by grid: open, of 90 days, at risk."""

    open: Counter[str]
    recent: Counter[str]
    at_risk: Counter[str]


def _held(lying: Sequence[Lying], now: datetime, when: str) -> _Held:
    found = _Held(Counter(), Counter(), Counter())
    for one in lying:
        code = one.before if when == "before" else one.after
        if code is None:
            continue
        found.open[code] += one.open
        found.recent[code] += one.recent
        found.at_risk[code] += one.open and one.due_at is not None and one.due_at < now + SOON
    return found


def _households(session: Session, rows: Sequence[Any], now: datetime) -> tuple[dict[str, int], dict[str, int]]:
    """Households by grid, before and after."""
    before, after = (
        {row.code: shapely.from_wkb(bytes(row.wkb)) for row in rows if row.ended == ended} for ended in (True, False)
    )
    counts = newest(session, before.keys(), clock.local(now).date())
    return counts, shared_out(counts, before, after)


def _figures(session: Session, row: Any, held: _Held, people: Counter[str], households: int | None) -> Figures:
    shape, there = shapely.from_wkb(bytes(row.wkb)), inside(session, row.id)
    cases, hands = held.open[row.code], people[row.code]
    return Figures(
        round(row.area_m2, 1),
        cases,
        held.recent[row.code],
        held.at_risk[row.code],
        there.cameras,
        there.service_points,
        there.circle_share,
        households,
        hands,
        round(cases / hands, 2) if hands else None,
        round(polsby_popper(shape), 4),
        round(reock(shape), 4),
        len(shape.geoms),
    )


_GRID_THEN = """
    (SELECT b.grid_code FROM boundary b
     WHERE b.level = 'micro' AND {then} AND b.geom && t.location AND NOT ST_Relate(b.geom, t.location, 'FF*FF****')
     ORDER BY b.grid_code COLLATE "C" LIMIT 1)
"""


def _changing(session: Session, done: Enacted, table: str, key: str) -> list[Hands]:
    """Cameras or service points that stand in another grid than before."""
    if done.ground is None:
        return []
    before, after = (
        _GRID_THEN.format(then="b.valid @> CAST(:before AS timestamptz)"),
        _GRID_THEN.format(then="upper_inf(b.valid)"),
    )
    rows = session.execute(
        text(
            f"""
            SELECT * FROM (
                SELECT t.{key} AS id, t.name, t.name_en, {before} AS before, {after} AS after
                FROM {table} t WHERE t.location && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
            ) AS found WHERE before IS DISTINCT FROM after ORDER BY id
            """
        ),
        {**done.ground.box, "before": done.published.at - timedelta(microseconds=1)},
    )
    return [Hands(row.id, row.name, row.name_en, row.before, row.after) for row in rows]
