"""Special zones at a publish: may they be put in force, and the rows that do it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import shapely
from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from gridmap.errors import Conflict, Fault, Invalid, msg
from gridmap.geo.shapes import as_multipolygon, snapped
from gridmap.grids.change import ZoneDraft
from gridmap.grids.checking import few
from gridmap.grids.codes import Level
from gridmap.grids.lookup import town_outline
from gridmap.grids.models import Grid, Publication
from gridmap.grids.pieces import pieces
from gridmap.grids.writing import equal
from gridmap.grids.zones import Zone, at, in_force, take_the_same

Zones = Mapping[str, ZoneDraft | None]


def snap(zone: ZoneDraft | None) -> ZoneDraft | None:
    """The zone with its corners on the lattice boundaries lie on."""
    return None if zone is None else replace(zone, shape=as_multipolygon(snapped(zone.shape)))


def differing(session: Session, zones: Zones) -> dict[str, ZoneDraft | None]:
    """Those that are not in force as they shall be."""
    if not zones:
        return {}
    there = {code: zone.draft for code, zone in in_force(session, zones).items()}
    return {code: zone for code, zone in zones.items() if not _same(there.get(code), zone)}


def _same(one: ZoneDraft | None, other: ZoneDraft | None) -> bool:
    """Whether both say the same, wherever the rings of their outlines begin and however they turn."""
    if one is None or other is None:
        return one is other
    return equal(one.shape, other.shape) and replace(one, shape=other.shape) == other


def put_in_force(session: Session, zones: Zones, retired: Collection[str], *, moment: datetime, publication: int) -> None:
    """Let zones begin, change and end at a publish whose grids are written already. The caller commits.

    Raises:
        Conflict: a zone in force sends its cases to a grid of `retired`.
        Invalid: a zone is broken, lies outside of its town, takes what another takes on the same ground, sends its cases to
            a grid that is not in force, or has a code that was used before.
    """
    if retired:
        _check_targets(session, retired, zones)
    if not zones:
        return
    there = in_force(session, zones)
    _check_codes(session, {code for code, zone in zones.items() if zone is not None} - there.keys(), publication)
    ended = update(Zone).where(Zone.id == func.any([zone.id for zone in there.values()]))
    session.execute(ended.values(valid=func.tstzrange(func.lower(Zone.valid), moment)), execution_options=_PLAIN)
    rows = [_row(zone, moment, publication) for zone in zones.values() if zone is not None]
    _check(session, [zone for zone in zones.values() if zone is not None], moment)
    if rows:
        session.execute(insert(Zone), rows)
    session.expire_all()  # Whoever holds one of these rows reads it anew.


_PLAIN = {"synchronize_session": False}


def _row(zone: ZoneDraft, moment: datetime, publication: int) -> dict[str, object]:
    facts = {"code": zone.code, "name": zone.name, "name_en": zone.name_en, "kind": zone.kind, "takes": list(zone.takes)}
    place = {"target_code": zone.target, "geom": zone.shape, "valid": Range(moment, None, bounds="[)")}
    return {**facts, **place, "publication_id": publication}


def _check_codes(session: Session, fresh: Collection[str], publication: int) -> None:
    """Codes are never used again, but for zones that ended by the publish this one rolls back."""
    undone = select(Publication.undoes).where(Publication.id == publication).scalar_subquery()
    back = session.scalar(select(Publication.at).where(Publication.id == undone))
    ended = select(Zone.code, func.max(func.upper(Zone.valid))).where(Zone.code == func.any(sorted(fresh))).group_by(Zone.code)
    found = {code for code, moment in session.execute(ended) if moment != back}
    if found:
        raise Invalid(msg("Codes of zones that ended are never used again: %(codes)s"), field="zones", codes=few(found))


def _check(session: Session, zones: Collection[ZoneDraft], moment: datetime) -> None:
    faults = [fault for _, fault in unfit(session, zones, moment)]
    if faults:
        raise Invalid(faults[0].text, faults=faults, **faults[0].values)


def unfit(
    session: Session, zones: Collection[ZoneDraft], moment: datetime, *, ended: Collection[str] = ()
) -> Iterator[tuple[ZoneDraft, Fault]]:
    """Why zones can't be in force beside each other and those that are at a moment, zone by zone.

    What they take the place of does not count, nor do zones with the codes in `ended`.
    """
    if not zones:
        return
    live = _live(session, {zone.target for zone in zones})
    town = town_outline(session, moment)
    shapely.prepare(town)
    gone = {*ended, *(zone.code for zone in zones)}
    sound = [zone for zone in zones if zone.shape.is_valid and not zone.shape.is_empty]
    beside = _beside([zone.draft for zone in at(session, moment) if zone.code not in gone], sound)
    for zone in zones:
        if zone.target not in live:
            yield zone, _fault(msg("These are no micro-grids in force: %(codes)s"), zone.target)
        if zone.code not in beside:
            yield zone, _fault(msg("The outline of %(codes)s is broken"), zone.code)
            continue
        if town is None or (not shapely.covers(town, zone.shape) and pieces(shapely.difference(zone.shape, town))):
            yield zone, _fault(msg("%(codes)s reaches beyond the ground of the grids"), zone.code)
        if met := [other.code for other in beside[zone.code] if clash(zone, other)]:
            yield zone, _fault(msg("Zones that take the same cases lie on the same ground: %(codes)s"), few([zone.code, *met]))


def _beside(others: Sequence[ZoneDraft], zones: Sequence[ZoneDraft]) -> dict[str, list[ZoneDraft]]:
    """For each of the zones, by code, those of the others and of the zones before it whose boxes it meets."""
    every = [*others, *zones]
    tree = shapely.STRtree([zone.shape for zone in every])
    found: dict[str, list[ZoneDraft]] = {zone.code: [] for zone in zones}
    for i, j in sorted(tree.query([zone.shape for zone in zones]).T.tolist()):
        if j < len(others) + i:
            found[zones[i].code].append(every[j])
    return found


def _live(session: Session, codes: Collection[str]) -> set[str]:
    """Which of these codes are micro-grids in force."""
    micro = Grid.level == Level.MICRO, Grid.retired_at.is_(None)
    return set(session.scalars(select(Grid.code).where(Grid.code == func.any(sorted(codes)), *micro)))


def _fault(text: str, codes: str) -> Fault:
    return Fault("zones", text, {"codes": codes})


def clash(one: ZoneDraft, other: ZoneDraft) -> list[shapely.Polygon]:
    """The ground on which two zones both take the same cases; none where they may lie as they do. Pure."""
    return pieces(shapely.intersection(one.shape, other.shape)) if take_the_same(one, other) else []


def _check_targets(session: Session, retired: Collection[str], changed: Collection[str]) -> None:
    asked = select(Zone.code).where(func.upper_inf(Zone.valid), Zone.target_code == func.any(sorted(retired)))
    if left := sorted(set(session.scalars(asked)) - set(changed)):
        raise Conflict(
            msg("These zones send their cases to grids that end: %(codes)s; change or end them first"),
            facts={"zones": left},
            codes=few(left),
        )
