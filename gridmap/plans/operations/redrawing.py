"""Give ground from one grid to another by an outline: redraw a grid, assign a piece, take in what belongs to nobody."""

from collections.abc import Mapping, Sequence

import shapely
from shapely.geometry import MultiPolygon, Polygon

from gridmap.errors import Invalid, msg
from gridmap.geo.shapes import snapped
from gridmap.plans.mosaic import Piece, dealt_out, owner
from gridmap.plans.operations.drawn import delta
from gridmap.plans.rings import Place, lattice, shared_border
from gridmap.plans.state import Delta, State


def area_of(outline: Sequence[Place], field: str) -> Polygon:
    """The polygon inside a drawn outline, closed or not; `Invalid` where it is none."""
    places = [lattice(place) for place in outline]
    if len(set(places)) >= 3:
        drawn = Polygon(places)
        if drawn.is_valid and drawn.area > 0:
            return drawn
    raise Invalid(msg("This outline encloses no area, or crosses itself"), field=field)


def redraw(state: State, code: str, outline: Sequence[Place]) -> Delta:
    """Give a grid the ground within an outline. Neighbours give way; what the grid lets go falls to the neighbour along whose
    border it lies longest; ground outside of all grids stays outside.

    Raises:
        Invalid: the outline is none, nobody borders what is let go, or a neighbour would vanish.
    """
    wanted = area_of(outline, "outline")
    around = {c: shape for c, shape in state.around([code]).items() if c != code}
    state.shape(code)

    def to(piece: Piece) -> str | None:
        if wanted.contains(piece.inside):
            return code if piece.owners else None
        return _longest_neighbour(piece.polygon, around) if piece.owners == (code,) else owner(piece)

    return delta(state, dealt_out(state, {code, *state.near(wanted)}, [wanted.boundary], to))


def _longest_neighbour(polygon: Polygon, around: Mapping[str, MultiPolygon]) -> str:
    lengths = {code: shared_border(polygon, shape) for code, shape in around.items()}
    best = max(lengths, key=lambda code: lengths[code], default=None)
    if best is None or lengths[best] == 0:
        raise Invalid(msg("No neighbour borders on what the grid would let go"), field="outline")
    return best


def assign(state: State, piece: Sequence[Place], code: str, to: str) -> Delta:
    """Give what lies of `code` within the outline `piece` to its neighbour `to`.

    Raises:
        Invalid: nothing lies there, or `to` does not border on it.
    """
    area = area_of(piece, "piece")
    parts = len(state.shape(to).geoms)
    shapes = dealt_out(state, [code, to], _within(state.shape(code), area), lambda each: _given(each, area, code, to))
    if to not in shapes or code == to:
        raise Invalid(msg("Nothing of %(code)s lies within this outline"), field="piece", code=code)
    if len(shapes[to].geoms) > parts:
        raise Invalid(msg("%(code)s does not border on this piece"), field="to", code=to)
    return delta(state, shapes)


def _within(shape: MultiPolygon, area: Polygon) -> list[shapely.Geometry]:
    """The outline of an area as far as it runs inside a shape."""
    inside = shapely.get_parts(shapely.intersection(area.boundary, shape))
    return [part for part in inside if part.length > 0]


def _given(piece: Piece, area: Polygon, code: str, to: str) -> str | None:
    return to if piece.owners == (code,) and area.contains(piece.inside) else owner(piece)


def absorb(state: State, code: str, outline: Sequence[Place]) -> Delta:
    """Let `code` have what lies within an outline and belongs to no grid, or to several. Ground that belonged to no grid when the
    plan began lies outside, and stays there.

    Raises:
        Invalid: nothing of that kind lies there.
    """
    area = area_of(outline, "outline")
    state.shape(code)
    taken: list[Piece] = []

    def to(piece: Piece) -> str | None:
        if len(piece.owners) == 1 or not area.intersects(piece.inside) or not state.base.covers(piece.inside):
            return owner(piece)
        taken.append(piece)
        return code

    shapes = dealt_out(state, {code, *state.near(area)}, [area.boundary], to)
    if not taken:  # The outline has only put corners where it crosses borders.
        raise Invalid(msg("This would change nothing"))
    return delta(state, shapes)


def node(state: State, codes: Sequence[str]) -> Delta:
    """Let these grids and their neighbours have the same corners along their common borders."""
    return delta(state, dealt_out(state, [code for code in codes if state.shape(code)], ()))


def untangle(state: State, code: str) -> Delta:
    """Let a grid whose outline crosses itself have what its outline encloses. Ground it then shares with others, or leaves to
    nobody, is told as the next problem."""
    shape = enclosed(state.shape(code))
    if shape.is_empty:
        raise Invalid(msg("This outline encloses no area, or crosses itself"), field="code")
    return delta(state, {code: shape})


def enclosed(shape: MultiPolygon) -> MultiPolygon:
    """What a broken outline encloses, on the lattice; empty where that is nothing."""
    mended = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    parts = [part for part in shapely.get_parts(mended) if part.geom_type == "Polygon"]
    found: MultiPolygon = snapped(MultiPolygon(parts))
    return found


def trim(state: State, code: str) -> Delta:
    """Take away what a grid has of ground that belonged to no grid when the plan began.

    Raises:
        Invalid: there is none.
    """
    shape = state.shape(code)
    edges = [shapely.boundary(found) for found in state.base.near(shape)]

    def to(piece: Piece) -> str | None:
        return None if piece.owners == (code,) and not state.base.covers(piece.inside) else owner(piece)

    return delta(state, dealt_out(state, [code], edges, to))
