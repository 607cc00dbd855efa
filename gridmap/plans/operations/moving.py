"""Move corners, add and remove them, give an arc another course. Every grid that has a corner follows it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry import MultiPolygon

from gridmap.errors import Invalid, msg
from gridmap.plans.operations.drawn import delta
from gridmap.plans.rings import Place, each_ring, has, lattice, neighbours_of, with_corner
from gridmap.plans.state import Delta, State
from gridmap.plans.topology import Line, Topology, arc_id, topology


class Move(NamedTuple):
    """A vertex, and where it goes; degrees WGS-84, longitude first."""

    start: Place
    end: Place


def move(state: State, moves: Sequence[Move]) -> Delta:
    """Move vertices, all at once; a place that lies on a border becomes a corner of it.

    Raises:
        Invalid: there is no corner at one of the places, or part of a grid would vanish.
    """
    moves = [Move(lattice(start), lattice(end)) for start, end in moves]
    shapes = state.near(shapely.MultiPoint([start for start, _ in moves]))
    for number, (start, _) in enumerate(moves):
        if not any(has(shape, start) for shape in shapes.values()):
            raise no_corner(start, f"moves.{number}.from")

    def moved(ring: Line) -> Line:
        after = ring.copy()
        for start, end in moves:
            after[(ring == start).all(axis=1)] = end
        return after

    drawn = {code: each_ring(shape, moved) for code, shape in shapes.items()}
    return delta(state, _cornered(state, drawn, [end for _, end in moves]))


def _cornered(state: State, drawn: dict[str, MultiPolygon], places: Sequence[Place]) -> dict[str, MultiPolygon]:
    """Shapes just drawn and what lies near `places`, each with a corner at those places that lie on its edges."""
    shapes = state.near(shapely.MultiPoint(list(places))) | drawn
    for place in places:
        shapes = {code: with_corner(shape, place) for code, shape in shapes.items()}
    return shapes


def add_vertex(state: State, between: tuple[Place, Place], at: Place) -> Delta:
    """Put a corner into the edge between two vertices that follow each other, for every grid that has the edge.

    Raises:
        Invalid: no grid has such an edge.
    """
    one, other, at = lattice(between[0]), lattice(between[1]), lattice(at)
    shapes = state.near(shapely.LineString([one, other]))

    def added(ring: Line) -> Line:
        ends = np.roll(ring, -1, axis=0)
        forth = (ring == one).all(axis=1) & (ends == other).all(axis=1)
        back = (ring == other).all(axis=1) & (ends == one).all(axis=1)
        return np.insert(ring, np.flatnonzero(forth | back) + 1, at, axis=0)

    drawn = {code: each_ring(shape, added) for code, shape in shapes.items()}
    if not any(has(shape, at) for shape in drawn.values()):
        raise Invalid(msg("No grid has an edge between these two places"), field="between")
    return delta(state, drawn)


def remove_vertex(state: State, at: Place) -> Delta:
    """Take a corner away, for every grid that has it.

    Raises:
        Invalid: there is no corner, it is a junction, or part of a grid would vanish.
    """
    at = lattice(at)
    shapes = {code: shape for code, shape in state.near(shapely.Point(at)).items() if has(shape, at)}
    if not shapes:
        raise no_corner(at, "at")
    if len(set().union(*(neighbours_of(shape, at) for shape in shapes.values()))) > 1:
        raise Invalid(msg("Borders meet at this corner: it can be moved, not removed"), field="at")
    return delta(state, {code: each_ring(shape, lambda ring: ring[(ring != at).any(axis=1)]) for code, shape in shapes.items()})


def reshape(state: State, arc: str, line: Sequence[Place]) -> Delta:
    """Give an arc another course; its ends stay where they are.

    Raises:
        Invalid: there is no such arc at the line's ends, or the line has other ends.
    """
    course = np.array([lattice(place) for place in line])
    made = topology(state.around(state.near(shapely.Point(course[0]))))
    number = next((i for i, known in enumerate(made.arcs) if arc_id(known) == arc), None)
    if number is None:
        raise Invalid(msg("There is no arc of this name at the line's ends: it may have changed; look again"), field="arc")
    old = made.arcs[number]
    if (course[0] != old[0]).any():
        course = course[::-1]
    if (course[0] != old[0]).any() or (course[-1] != old[-1]).any():
        raise Invalid(msg("An arc's ends stay: the line has to begin and to end where the arc does"), field="line")
    return delta(state, _with_course(made, number, course))


def _with_course(made: Topology, number: int, course: Line) -> dict[str, MultiPolygon]:
    """The shapes along an arc that takes another course."""
    codes = frozenset(made.sides()[number])
    arcs = (*made.arcs[:number], course, *made.arcs[number + 1 :])
    drawn = Topology(arcs, {code: face for code, face in made.faces.items() if code in codes}).polygons()
    return {code: each_ring(shape, lambda ring: ring) for code, shape in drawn.items()}


def no_corner(place: Place, field: str) -> Invalid:
    """No grid has a vertex there."""
    return Invalid(
        msg("No grid has a corner at %(place)s: it may have been moved; look again"),
        field=field,
        place=f"{place[0]:.8f}, {place[1]:.8f}",
    )
