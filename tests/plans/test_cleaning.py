"""Messy sets are mended by named repairs, each told with its place; mapshaper, which mends by other means, agrees."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, mapping, shape

from gridmap.geo.measure import area_m2
from gridmap.geo.shapes import as_multipolygon, united
from gridmap.grids import coverage
from gridmap.plans.cleaning.clean import clean
from gridmap.plans.cleaning.mends import Mend, Round
from tests import partitions
from tests.plans import messy
from tests.town import micro, spot, square

ROOT = Path(__file__).parents[2]
MAPSHAPER = [str(ROOT / ".venv/bin/node"), str(ROOT / "node_modules/mapshaper/bin/mapshaper")]
Given = Mapping[str, Polygon | MultiPolygon]
EVERYTHING = 1e9  # Square metres: no flaw is too large to be mended.
NO_MATTER_M2 = 0.5  # Corners on two lattices: some hundred of them, a millimetre each.


def mended(given_: Given, ground: MultiPolygon, most_m2: float = EVERYTHING) -> tuple[list[Round], dict[str, MultiPolygon]]:
    """The repairs, and the shapes they come to."""
    rounds = list(clean(given_, {}, ground, most_m2))
    return rounds, {code: found for made in rounds for code, found in made.shapes.items()}


def ground_of(shapes: Given) -> MultiPolygon:
    return united([as_multipolygon(found) for found in shapes.values()])


def two(left: Polygon | MultiPolygon, right: Polygon | MultiPolygon) -> dict[str, Polygon | MultiPolygon]:
    """The two cells in the south-west, as somebody has drawn them."""
    return {micro(1, 1): left, micro(2, 1): right}


GROUND = united([as_multipolygon(square(0, 0)), as_multipolygon(square(1, 0))])
BOW = Polygon([spot(*at) for at in ((0, 0), (1, 0), (1, 1), (0.5, 1), (0.4, 1.1), (0.6, 1.1), (0.5, 1), (0, 1))])


@pytest.mark.parametrize(
    ("left", "right", "mends", "cells"),
    [
        (square(0, 0), square(1, 0), [], (1, 1)),
        (square(0, 0, width=1.1), square(1, 0), [Mend.NODE, Mend.OVERLAP], (1.1, 0.9)),
        (square(0, 0, width=0.9), square(1, 0), [Mend.GAP], (0.9, 1.1)),
        (square(0, -0.1, height=1.1), square(1, 0), [Mend.NODE, Mend.OUTSIDE], (1, 1)),
        (square(0, 0), Polygon([spot(1, 0), spot(2, 0), spot(2, 1), spot(1, 1), spot(1, 0.4)]), [Mend.NODE], (1, 1)),
        (
            MultiPolygon([square(0, 0), square(1.8, 0, width=0.2)]),
            square(1, 0, width=0.8),
            [Mend.SLIVER],
            (1, 1),
        ),
        (BOW, square(1, 0), [Mend.UNTANGLE, Mend.OUTSIDE], (1, 1)),
    ],
)
def test_each_flaw_has_its_repair(
    left: Polygon | MultiPolygon, right: Polygon | MultiPolygon, mends: list[Mend], cells: tuple[float, float]
) -> None:
    rounds, after = mended(two(left, right), GROUND)
    assert [made.mend for made in rounds] == [Mend.SNAP, *mends]
    assert not coverage.problems(after)
    assert list(messy.sizes(after).values()) == pytest.approx(cells, abs=1e-4)
    assert shapely.symmetric_difference(ground_of(after), GROUND).area == 0


def test_a_repair_tells_where_how_large_and_for_whom() -> None:
    rounds, _ = mended(two(square(0, 0, width=0.9), square(1, 0)), GROUND)
    (gap,) = rounds[-1].made
    assert gap.to == micro(2, 1), "both borders are as long: the later code has it"
    assert (gap.lon, gap.lat) == pytest.approx(spot(0.95, 0.5))
    assert gap.area_m2 == pytest.approx(0.1 * 948 * 1109, rel=0.01)
    assert str(gap).endswith(f"belong to no grid: {micro(2, 1)} has them, along whose border they lie longest")


def test_what_is_larger_than_allowed_stays_as_it_came() -> None:
    rounds, after = mended(two(square(0, 0, width=0.9), square(1, 0)), GROUND, most_m2=100_000)
    assert Mend.GAP not in {made.mend for made in rounds}
    assert after[micro(1, 1)].equals(square(0, 0, width=0.9))


def test_a_gap_of_a_few_steps_of_the_lattice_is_one() -> None:
    x, y = spot(1, 0.5)
    notch = [(x, y + 4e-8), (x + 3e-8, y + 2e-8), (x, y)]
    rounds, after = mended(two(square(0, 0), Polygon([spot(1, 0), spot(2, 0), spot(2, 1), spot(1, 1), *notch])), GROUND)
    assert [made.mend for made in rounds] == [Mend.SNAP, Mend.NODE, Mend.GAP]
    assert not coverage.problems(after)
    assert shapely.symmetric_difference(ground_of(after), GROUND).area == 0


def test_neighbours_keep_what_they_have() -> None:
    beside = {micro(2, 1): as_multipolygon(square(1, 0))}
    own = united([as_multipolygon(square(0, 0))])
    rounds = list(clean({micro(1, 1): square(0, 0, width=1.1)}, beside, own, EVERYTHING))
    after = {code: found for made in rounds for code, found in made.shapes.items()}
    assert rounds[-1].mend is Mend.OUTSIDE
    assert [found.equals(square(x, 0)) for x, (_, found) in enumerate(sorted(after.items()))] == [True, True]


@settings(max_examples=12)
@given(st.integers(0, 10_000), st.integers(3, 16), st.sampled_from([1e-8, 1e-6, 1e-5]))
def test_borders_drawn_twice_become_one(seed: int, how_many: int, by: float) -> None:
    sound = messy.whole(seed, how_many)
    rounds, after = mended(messy.drawn_twice(sound, seed, by), ground_of(sound))
    assert not coverage.problems(after)
    assert shapely.symmetric_difference(ground_of(after), ground_of(sound)).area == pytest.approx(0, abs=1e-12)
    lost = {code: shapely.symmetric_difference(after[code], sound[code]).area for code in sound}
    assert all(lost[code] <= sound[code].length * 3 * by for code in sound), "nobody loses more than the borders' doubt"
    assert {made.mend for made in rounds} <= set(Mend)


def test_a_sound_set_is_left_as_it_is() -> None:
    sound = {partitions.code(number): found for number, found in enumerate(messy.whole(5, 20).values())}
    rounds, after = mended(sound, ground_of(sound))
    assert [(made.mend, made.made) for made in rounds] == [(Mend.SNAP, ())]
    assert all(after[code].equals_exact(as_multipolygon(found)) for code, found in sound.items())


def by_mapshaper(shapes: Given, folder: Path) -> dict[str, Polygon | MultiPolygon]:
    """What mapshaper's `-clean` makes of them: the largest keeps an overlap, every gap is filled."""
    features = [{"type": "Feature", "properties": {"code": code}, "geometry": mapping(found)} for code, found in shapes.items()]
    (folder / "in.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    how = ["-clean", "gap-fill-area=1km2", "sliver-control=0", "overlap-rule=max-area", "snap-interval=1e-8"]
    out = ["-o", str(folder / "out.geojson"), "precision=1e-8"]
    subprocess.run([*MAPSHAPER, str(folder / "in.geojson"), *how, *out], check=True, capture_output=True, timeout=120)
    found = json.loads((folder / "out.geojson").read_text())["features"]
    return {one["properties"]["code"]: shape(one["geometry"]) for one in found}


@pytest.mark.parametrize("seed", [1, 2])
def test_overlaps_are_mended_as_mapshaper_does(tmp_path: Path, seed: int) -> None:
    given_ = messy.grown(messy.whole(seed, 30))
    _, ours = mended(given_, ground_of(messy.whole(seed, 30)))
    theirs = by_mapshaper(given_, tmp_path)
    assert ours.keys() == theirs.keys()
    for code in ours:
        assert area_m2(ours[code]) == pytest.approx(area_m2(theirs[code]), abs=NO_MATTER_M2), code


@pytest.mark.parametrize("seed", [1, 2])
def test_gaps_are_filled_as_mapshaper_does_but_for_whom_they_fall_to(tmp_path: Path, seed: int) -> None:
    sound = messy.whole(seed, 30)
    given_ = messy.drawn_twice(sound, seed)
    rounds, ours = mended(given_, ground_of(sound))
    theirs = by_mapshaper(given_, tmp_path)
    assert shapely.union_all(list(theirs.values())).symmetric_difference(ground_of(ours)).area == pytest.approx(0, abs=1e-10)
    doubtful = [made.geometry for round_ in rounds for made in round_.made if made.flaw in (Mend.GAP, Mend.SLIVER)]
    tree = shapely.STRtree(doubtful)
    for code in ours:
        at_its_border = [doubtful[i] for i in tree.query(ours[code].union(theirs[code]), predicate="intersects")]
        least = NO_MATTER_M2 + sum(map(area_m2, at_its_border))
        assert abs(area_m2(ours[code]) - area_m2(theirs[code])) <= least, code
