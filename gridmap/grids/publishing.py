"""Publish boundaries: the one deed after which other boundaries are in force. What it costs grows with what it changes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from shapely.geometry import MultiPolygon
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from gridmap.errors import Invalid, msg
from gridmap.geo.shapes import as_multipolygon, snapped, united
from gridmap.grids import tiling, zoning
from gridmap.grids.change import Change, GridDraft
from gridmap.grids.checking import NoPartition, check_base, check_codes, check_partition, few
from gridmap.grids.codes import Level, level_of, parent_of
from gridmap.grids.coverage import problems
from gridmap.grids.models import Grid, Publication
from gridmap.grids.writing import (
    Standing,
    children_in_force,
    close_boundaries,
    ended_by,
    equal,
    in_force,
    keep_lineage,
    moment,
    names,
    open_boundaries,
    renamings,
    write_grids,
)
from gridmap.journal.write import Event, write

LOCK_SQL = "hashtext('gridmap publish')"  # Who publishes has it alone; who must not see boundaries change shares it.
_TRIAL_SQL = "hashtext('gridmap trial')"  # Who only tries has it alone: two trials would write the same keys.


@dataclass(frozen=True)
class Published:
    """What a publish did, by code; `publication` is None when nothing changed, not even a name."""

    publication: int | None
    at: datetime
    opened: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    zones: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Deed:
    """Who publishes, from when (None: now), with which note; which publish is rolled back by it; whether it is a trial."""

    actor: str
    at: datetime | None = None
    note: str = ""
    undoes: int | None = None
    trial: bool = False


def redraw(
    session: Session,
    change: Change,
    *,
    actor: str,
    at: datetime | None = None,
    note: str = "",
    undoes: int | None = None,
    trial: bool = False,
) -> Published:
    """Put `change` in force from `at` (default: now). The caller commits.

    Only what it touches is read, checked and written: its micro-grids and those beside them, and the parents whose ground
    changes by it. `undoes` names the publish that `change` rolls back (`rollback.reversal`): the grids that ended by it go on,
    and the ground may become again what it was. A `trial`, which the caller takes back, makes neither tiles nor a journal row,
    and keeps nobody waiting but publishes and other trials.

    Raises:
        NoPartition: gap, overlap, broken polygon, corners that neighbours don't share, ground that was nobody's.
        Invalid: a code is wrong, a parent or a child is missing, a micro-grid has no shape, a retired code comes back,
            `at` lies in the future.
        Conflict: others have redrawn the same grids since `change.base`; or `at` is not after the last publish.
    """
    if trial:
        _lock_trials(session)
    else:
        _lock(session)
    zones = zoning.differing(session, {code: zoning.snap(zone) for code, zone in change.zones.items()})
    change = replace(change, grids={code: _snap(draft) for code, draft in change.grids.items()}, zones=zones)
    check_codes(session, change, restored=set() if undoes is None else ended_by(session, undoes))
    before, after = _moved(session, change)
    renamed = renamings(session, change.grids.values())
    check_base(session, change, {*before, *after, *renamed, *zones})
    check_partition(session, {code: there.shape for code, there in before.items()}, after, same_ground=undoes is None)
    return _put_in_force(session, change, before, after, Deed(actor, at, note, undoes, trial))


def publish(
    session: Session, drafts: Sequence[GridDraft], *, actor: str, at: datetime | None = None, note: str = ""
) -> Published:
    """Put the whole set of grids `drafts` in force from `at` (default: now): whatever differs from what is in force.

    A grid that is no longer among the drafts is retired. Unlike `redraw`, it may change the ground they cover all together.
    The caller commits.

    Raises:
        NoPartition, Invalid, Conflict: as `redraw` does.
    """
    _lock(session)
    drafts = [_snap(draft) for draft in drafts]
    change = _difference(session, drafts)
    check_codes(session, change)
    found = problems({draft.code: draft.shape for draft in drafts if draft.shape is not None and _is_micro(draft.code)})
    if found:
        raise NoPartition(found)
    before, after = _moved(session, change)
    return _put_in_force(session, change, before, after, Deed(actor, at, note))


def hold(session: Session) -> None:
    """Let nobody publish until this transaction ends; waits for who is publishing."""
    session.execute(text(f"SELECT pg_advisory_xact_lock_shared({LOCK_SQL})"))


def _lock(session: Session) -> None:
    session.execute(text(f"SELECT pg_advisory_xact_lock({LOCK_SQL})"))


def _lock_trials(session: Session) -> None:
    # In this order: one that waits for another trial does not keep a publish waiting as well.
    session.execute(text(f"SELECT pg_advisory_xact_lock({_TRIAL_SQL})"))
    hold(session)


def _is_micro(code: str) -> bool:
    return level_of(code) is Level.MICRO


def _snap(draft: GridDraft) -> GridDraft:
    return draft if draft.shape is None else replace(draft, shape=snapped(draft.shape))


def _difference(session: Session, drafts: Sequence[GridDraft]) -> Change:
    """What the whole set `drafts` changes."""
    wanted = {draft.code: draft for draft in drafts}
    if len(wanted) < len(drafts):
        codes = [draft.code for draft in drafts]
        twice = {code for code in wanted if codes.count(code) > 1}
        raise Invalid(msg("Grid codes stand there more than once: %(codes)s"), field="code", codes=few(twice))
    if not any(map(_is_micro, wanted)):
        raise Invalid(msg("Micro-grids need a polygon; without: %(codes)s"), field="geometry", codes="-")
    standing = {grid.code: grid for grid in session.scalars(select(Grid).where(Grid.retired_at.is_(None)))}
    shapes = in_force(session, [code for code in standing if _is_micro(code)])
    changed = {
        code: draft
        for code, draft in wanted.items()
        if code not in standing
        or names(draft) != names(standing[code])
        or (_is_micro(code) and (draft.shape is None or not equal(as_multipolygon(draft.shape), shapes[code].shape)))
    }
    return Change(session.scalar(select(func.max(Publication.id))), changed, frozenset(standing.keys() - wanted.keys()))


def _moved(session: Session, change: Change) -> tuple[dict[str, Standing], dict[str, MultiPolygon]]:
    """The micro-grids' boundaries that a change ends, and the shapes it puts in their place."""
    shapes = {code: as_multipolygon(d.shape) for code, d in change.grids.items() if d.shape is not None and _is_micro(code)}
    standing = in_force(session, [*shapes, *filter(_is_micro, change.retired)])
    same = {code for code, shape in shapes.items() if code in standing and equal(shape, standing[code].shape)}
    before = {code: there for code, there in standing.items() if code not in same}
    return before, {code: shape for code, shape in shapes.items() if code not in same}


def _put_in_force(
    session: Session, change: Change, before: Mapping[str, Standing], after: Mapping[str, MultiPolygon], deed: Deed
) -> Published:
    at = moment(session, deed.at)
    parents_before, parents_after = _unions(session, before, after, change.retired)
    renamed = renamings(session, change.grids.values())
    closing, opening = {**before, **parents_before}, {**after, **parents_after}
    if not (closing or opening or renamed or change.zones):
        return Published(None, at)
    row = {"at": at, "actor": deed.actor, "note": deed.note, "undoes": deed.undoes}
    publication = _number(session, row, trial=deed.trial)
    write_grids(session, change.grids.values(), renamed, publication)
    closed = [there.id for there in closing.values()]
    close_boundaries(session, closed, at)
    open_boundaries(session, opening, at, publication)
    session.execute(update(Grid).where(Grid.code == func.any(sorted(change.retired))).values(retired_at=at))
    zoning.put_in_force(session, change.zones, change.retired, moment=at, publication=publication)
    keep_lineage(session, publication, {code: there.shape for code, there in closing.items()}, opening, change.sources)
    done = Published(
        publication, at, sorted(opening), sorted(closing), sorted(change.retired), sorted(renamed), sorted(change.zones)
    )
    if deed.trial:
        return done
    boxes = [shape.bounds for shape in (*(there.shape for there in before.values()), *after.values())]
    tiling.redraw(session, boxes, opened=opening, closed=closed, at=at)
    write(session, [_event(done, deed)])
    return done


# People count publications: a trial takes no number from the sequence.
_TRIED = text(
    """
    INSERT INTO publication (id, at, actor, note, undoes) OVERRIDING SYSTEM VALUE
    SELECT max(id) + 1, :at, :actor, :note, :undoes FROM publication RETURNING id
    """
)


def _number(session: Session, row: Mapping[str, Any], *, trial: bool) -> int:
    if trial:
        return int(session.execute(_TRIED, row).scalar_one())
    return session.scalars(insert(Publication).values(row).returning(Publication.id)).one()


def _unions(
    session: Session, before: Mapping[str, Standing], after: Mapping[str, MultiPolygon], retired: Collection[str]
) -> tuple[dict[str, Standing], dict[str, MultiPolygon]]:
    """The same for villages and towns: those whose ground, or a corner of it, changes with their children."""
    ends: dict[str, Standing] = {}
    begins: dict[str, MultiPolygon] = {}
    old, new = before, after
    for _ in (Level.VILLAGE, Level.TOWN):
        parents = {up for code in (*old, *new) if (up := parent_of(code)) is not None}
        standing, children = in_force(session, sorted(parents)), children_in_force(session, parents - {*retired})
        parts = {code: shape for code, shape in children.items() if code not in old} | dict(new)
        unions = _united(parts, parents - {*retired})
        same = {code for code in unions.keys() & standing.keys() if equal(unions[code], standing[code].shape)}
        old = {code: there for code, there in standing.items() if code not in same}
        new = {code: shape for code, shape in unions.items() if code not in same}
        ends |= old
        begins |= new
    return ends, begins


def _united(parts: Mapping[str, MultiPolygon], parents: Collection[str]) -> dict[str, MultiPolygon]:
    below: dict[str, list[MultiPolygon]] = {code: [] for code in parents}
    for code, shape in sorted(parts.items()):
        if (up := parent_of(code)) in below:
            below[up].append(shape)
    return {code: united(shapes) for code, shapes in below.items()}


def _event(done: Published, deed: Deed) -> Event:
    data = {
        "publication": done.publication,
        "valid_from": done.at.isoformat(),
        "opened": done.opened,
        "closed": done.closed,
        "retired": done.retired,
        "renamed": done.renamed,
        "zones": done.zones,
        "undoes": deed.undoes,
    }
    return Event("grids", "grids.published", str(done.publication), deed.actor, data)
