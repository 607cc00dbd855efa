"""Rolling a publish back: the change that makes what it touched as it was before, to the last vertex and letter."""

from shapely.geometry import MultiPolygon
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap.errors import Invalid, NotFound, msg
from gridmap.grids.change import Change, GridDraft, ZoneDraft
from gridmap.grids.codes import Level, level_of
from gridmap.grids.models import Boundary, Grid, Publication, Renaming
from gridmap.grids.writing import in_force, names
from gridmap.grids.zones import Zone


def reversal(session: Session, publication: int) -> Change:
    """What rolls a publish back, to be given to `redraw` with `undoes`.

    Its base is that publish, so that grids redrawn again since are told as a conflict. Codes that ended by it go on: that is
    the same grid, not another one under an old code. Codes that came with it end.

    Raises:
        NotFound: there is no such publication.
        Invalid: it was the first, or was rolled back already.
    """
    undone = session.get(Publication, publication)
    if undone is None:
        raise NotFound(msg("There is no publication %(id)s"), id=publication)
    if session.scalar(select(Publication.id).where(Publication.undoes == publication)) is not None:
        raise Invalid(msg("Publication %(id)s was rolled back already"), field="publication", id=publication)
    if session.scalar(select(func.min(Publication.id))) == publication:
        raise Invalid(msg("The first publication can't be rolled back: there was nothing before it"), field="publication")
    opened = set(session.scalars(select(Boundary.grid_code).where(Boundary.publication_id == publication)))
    rows = session.execute(select(Boundary.grid_code, Boundary.geom).where(func.upper(Boundary.valid) == undone.at))
    closed: dict[str, MultiPolygon] = {row[0]: row[1] for row in rows}
    drafts = _drafts(session, publication, opened, closed)
    return Change(publication, drafts, frozenset(opened - closed.keys()), zones=_zones(session, undone))


def _zones(session: Session, undone: Publication) -> dict[str, ZoneDraft | None]:
    """The zones a publish changed as they were before; None: they came with it."""
    begun = session.scalars(select(Zone.code).where(Zone.publication_id == undone.id))
    ended = session.scalars(select(Zone).where(func.upper(Zone.valid) == undone.at))
    return dict.fromkeys(begun) | {zone.code: zone.draft for zone in ended}


def _drafts(session: Session, publication: int, opened: set[str], closed: dict[str, MultiPolygon]) -> dict[str, GridDraft]:
    called = {
        row.grid_code: names(row) for row in session.scalars(select(Renaming).where(Renaming.publication_id == publication))
    }
    ended = closed.keys() - opened
    codes = {code for code in closed if level_of(code) is Level.MICRO} | ended | called.keys()
    standing = in_force(session, [code for code in called if level_of(code) is Level.MICRO and code not in closed])
    shapes = closed | {code: there.shape for code, there in standing.items()}
    grids = session.scalars(select(Grid).where(Grid.code == func.any(sorted(codes))))
    return {
        grid.code: GridDraft(
            grid.code, **(called.get(grid.code) or names(grid)), shape=shapes.get(grid.code) if len(grid.code) == 15 else None
        )
        for grid in grids
    }
