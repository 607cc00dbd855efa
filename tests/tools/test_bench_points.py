"""The bench's polygons and points are what it says they are, and all who are asked agree."""

import numpy as np
import shapely

from tools.bench import upkeep
from tools.bench.peers import joined, ours, sorted_candidates, tree
from tools.bench.which_polygon import which_polygon
from tools.bench.workloads import bent, workloads


def test_grids_are_bent_share_their_borders_and_are_the_same_every_time() -> None:
    shapes = bent(100)
    assert len(shapes) > 90
    assert shapely.get_num_coordinates(shapes).mean() == 101
    assert shapely.coverage_is_valid(shapes)
    assert (bent(100) == shapes).all()


def test_points_lie_where_the_workload_says() -> None:
    anywhere, large, near, on = (make() for make in workloads(100, 144, 500))
    assert [len(one.x) for one in (anywhere, large, near, on)] == [500] * 4
    assert len(large.polygons) > len(anywhere.polygons)
    borders = shapely.union_all(shapely.boundary(near.polygons))
    assert shapely.distance(borders, shapely.points(near.x, near.y)).max() < 1.01e-5
    assert shapely.distance(borders, shapely.points(on.x, on.y)).max() < 1e-13


def test_all_who_are_asked_agree() -> None:
    for make in workloads(49, 64, 2_000):
        work = make()
        answers = [ready(work.polygons)(work.x, work.y) for ready in (ours, tree, sorted_candidates, joined)]
        assert all(np.array_equal(answers[0], other) for other in answers[1:]), work.name
        assert (answers[0] >= 0).any()


def test_what_node_answers_arrives_in_order() -> None:
    work = workloads(49, 64, 500)[0]()
    ask = which_polygon(work.polygons)
    assert np.array_equal(ask(work.x, work.y), ours(work.polygons)(work.x, work.y))
    assert ask(work.x[:1] - 90, work.y[:1]).tolist() == [-1]


def test_what_an_index_costs_is_measured_in_a_process_of_its_own() -> None:
    ours_mb = np.ones(100_000_000).nbytes / 2**20  # A child could take its parent's peak for its own.
    small, larger = upkeep.upkeep(36, 100)
    assert (small.grids, larger.grids) == (36, 100)
    assert 50 < small.resident_mb <= small.peak_mb < ours_mb
    assert all(min(one[1:]) > 0 for one in (small, larger))
    assert upkeep.table([small]).count("\n") == 2
