"""Shared arcs: there and back byte for byte, each border once, the same names whatever else is looked at."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon

from gridmap.geo.shapes import as_multipolygon
from gridmap.plans.topojson import as_topojson
from gridmap.plans.topology import Topology, arc_id, topology
from tests import partitions, patchwork, town

CHECKOUT = Path(__file__).parents[2]


def by_code(shapes: list[partitions.Shape]) -> dict[str, MultiPolygon]:
    return {partitions.code(i): as_multipolygon(shape) for i, shape in enumerate(shapes)}


def wkb(shapes: dict[str, MultiPolygon]) -> dict[str, bytes]:
    return {code: shape.wkb for code, shape in shapes.items()}


@settings(max_examples=40)
@given(partitions.patchworks())
def test_there_and_back_byte_for_byte(shapes: list[partitions.Shape]) -> None:
    there = by_code(shapes)
    assert wkb(topology(there).polygons()) == wkb(there)


@settings(max_examples=40)
@given(partitions.patchworks())
def test_every_edge_lies_on_one_arc_and_knows_its_sides(shapes: list[partitions.Shape]) -> None:
    there = by_code(shapes)
    made = topology(there)
    edges = [
        tuple(sorted(map(tuple, pair))) for arc in made.arcs for pair in zip(arc[:-1].tolist(), arc[1:].tolist(), strict=True)
    ]
    assert len(edges) == len(set(edges))
    for arc, sides in zip(made.arcs, made.sides(), strict=True):
        assert 1 <= len(sides) <= 2
        middle = shapely.Point((arc[0] + arc[1]) / 2)
        assert {code for code, shape in there.items() if shape.boundary.distance(middle) < 1e-9} >= set(sides)


@settings(max_examples=40)
@given(partitions.patchworks(), st.data())
def test_a_part_has_the_arcs_of_the_whole(shapes: list[partitions.Shape], data: st.DataObject) -> None:
    whole = topology(by_code(shapes))
    codes = frozenset(data.draw(st.sets(st.sampled_from(sorted(whole.faces)))))
    part = whole.only(codes)
    assert wkb(part.polygons()) == {code: shape for code, shape in wkb(whole.polygons()).items() if code in codes}
    assert set(map(arc_id, part.arcs)) <= set(map(arc_id, whole.arcs))
    assert all(part.sides())


@settings(max_examples=40)
@given(partitions.patchworks(), st.randoms(use_true_random=False))
def test_arcs_keep_their_names_however_rings_are_written(shapes: list[partitions.Shape], chance: object) -> None:
    there = by_code(shapes)
    turned = {code: MultiPolygon([_turned(part) for part in reversed(shape.geoms)]) for code, shape in reversed(there.items())}
    assert set(map(arc_id, topology(there).arcs)) == set(map(arc_id, topology(turned).arcs))


def _turned(part: Polygon) -> Polygon:
    """The same polygon with every ring written the other way round, from another vertex."""

    def turn(ring: shapely.LinearRing) -> np.ndarray:
        xy = shapely.get_coordinates(ring)[:0:-1]
        rolled = np.roll(xy, 1, axis=0)
        return np.concatenate([rolled, rolled[:1]])

    return Polygon(turn(part.exterior), [turn(hole) for hole in part.interiors])


def test_the_tiny_towns_arcs() -> None:
    cells = {town.micro(x, y): as_multipolygon(town.square(x - 1, y - 1)) for x in (1, 2, 3) for y in (1, 2, 3)}
    made = topology(cells)
    sides = [len(codes) for codes in made.sides()]
    assert (sides.count(2), sides.count(1)) == (12, 8), "a corner of the town is no junction: the arc turns there"


def test_an_enclave_is_one_closed_arc_for_both() -> None:
    inner = town.square(1, 1)
    outer = town.square(0, 0, width=3, height=3).difference(inner)
    made = topology({"a": as_multipolygon(outer), "b": as_multipolygon(inner)})
    assert sorted(made.sides()) == [["a"], ["a", "b"]]
    assert all((arc[0] == arc[-1]).all() for arc in made.arcs)


def test_nothing_has_no_arcs() -> None:
    assert topology({}) == Topology((), {})


def test_no_arc_knows_more_than_its_sides_in_a_large_town() -> None:
    cells = by_code(list(patchwork.patches(3, 400)))
    made = topology(cells)
    assert wkb(made.polygons()) == wkb(cells)
    assert len({arc_id(arc) for arc in made.arcs}) == len(made.arcs)


_READ = """
const {feature} = require("topojson-client");
const topology = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(feature(topology, topology.objects.grids)));
"""


@pytest.mark.parametrize("seed", [1, 2])
def test_others_read_our_topojson(seed: int) -> None:
    cells = by_code(list(patchwork.patches(seed, 30)))
    cells |= {"910000000000001": MultiPolygon([town.square(5, 5), town.square(7, 5)])}
    text = json.dumps(as_topojson(topology(cells), {code: {"name": code[-3:]} for code in cells}))
    node = shutil.which("node")
    assert node is not None, "`make test` brings Node"
    read = subprocess.run([node, "-e", _READ], input=text, capture_output=True, text=True, check=True, cwd=CHECKOUT)
    features = json.loads(read.stdout)["features"]
    assert {f["id"]: f["properties"] for f in features} == {c: {"code": c, "name": c[-3:]} for c in cells}
    for feature in features:
        assert shapely.equals(shapely.geometry.shape(feature["geometry"]), cells[feature["id"]])
