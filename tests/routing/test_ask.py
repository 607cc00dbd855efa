"""Indexes are built once for all who need them, and kept for the few latest publications."""

from datetime import datetime, timedelta
from threading import Barrier, Thread

import numpy as np
import pytest
from shapely.geometry import Polygon
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridmap.grids.lookup import InForce, micro_grids, publication_at
from gridmap.grids.publications import newest
from gridmap.grids.publishing import redraw
from gridmap.routing import ask
from gridmap.routing.ask import Indexes
from gridmap.routing.index import GridIndex
from tests import patchwork, redraws, town, zoned
from tests.grids.publishes import in_force


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The publications for which an index was built."""
    seen: list[int] = []

    class Counted(GridIndex):
        def __init__(self, held: InForce) -> None:
            seen.append(held.publication)
            super().__init__(held)

    monkeypatch.setattr(ask, "GridIndex", Counted)
    return seen


def test_many_threads_build_it_once(committing: Engine, built: list[int]) -> None:
    with Session(committing) as session, session.begin():
        town.found(session)
    indexes, together = Indexes(), Barrier(8)
    found: list[GridIndex] = []

    def look() -> None:
        with Session(committing) as session:
            together.wait(10)
            found.append(indexes.at(session))

    threads = [Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(built) == 1
    assert len(set(map(id, found))) == 1


def test_the_few_used_last_are_kept(tiny_town: Session, built: list[int]) -> None:
    moments: list[datetime] = [town.FOUNDED]
    for n in range(1, 4):
        top = town.spot(3 + n / 10, 2.5)
        moments.append(town.FOUNDED + timedelta(days=n))
        bent = Polygon([town.spot(2, 2), town.spot(3, 2), top, town.spot(3, 3), town.spot(2, 3)])
        town.found(tiny_town, at=moments[-1], m33=bent)
    indexes = Indexes(keep=2)
    for moment in (moments[0], moments[1], moments[0], moments[2], moments[0], moments[1]):
        assert indexes.at(tiny_town, moment).at == moment
    assert len(built) == 4  # The first stayed, the second had to be built again.


def test_the_last_one_is_told_without_asking(tiny_town: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    indexes = Indexes()
    then = indexes.last(tiny_town)
    assert then.at == town.FOUNDED
    bent = Polygon([town.spot(2, 2), town.spot(3, 2), town.spot(3.2, 2.5), town.spot(3, 3), town.spot(2, 3)])
    town.found(tiny_town, at=town.FOUNDED + timedelta(days=1), m33=bent)
    with monkeypatch.context() as deaf:
        deaf.setattr("gridmap.grids.lookup.publication_at", lambda *_: 1 / 0)
        assert indexes.last(tiny_town) is then
    assert indexes.at(tiny_town, town.FOUNDED) is then  # A question about the past says nothing of now.
    assert indexes.last(tiny_town) is then
    now = indexes.at(tiny_town)
    assert now.at > then.at
    assert indexes.last(tiny_town) is now


def test_a_build_that_fails_is_tried_again(tiny_town: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    indexes = Indexes()
    with monkeypatch.context() as broken:
        broken.setattr(ask, "GridIndex", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            indexes.at(tiny_town)
    assert indexes.at(tiny_town).codes


def redraw_some(session: Session, seed: int, taken: set[str]) -> None:
    """A publish of random new borders, and of a new name."""
    shapes = {code: shape for code, shape in in_force(session).items() if len(code) == 15}
    after = redraws.redrawn(shapes, np.random.default_rng(seed), taken)
    change = redraws.change(newest(session), shapes, after, taken | shapes.keys())
    if change.grids:
        change = redraws.renamed(change, min(change.grids), f"新名{seed}")
    redraw(session, change, actor="test")


def as_read(session: Session, index: GridIndex) -> bool:
    """Whether it holds what is in force, as the database has it."""
    found = publication_at(session)
    assert found is not None
    return index.held == micro_grids(session, *found)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_publishes_what_changed_alone_is_read(session: Session, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    patchwork.found(session, seed=seed, how_many=30)
    indexes, taken = Indexes(), set[str]()
    indexes.at(session)
    for step in range(4):
        redraw_some(session, 10 * seed + step, taken)
        if step != 1:  # Once it looks away while two are published.
            with monkeypatch.context() as not_all:
                not_all.setattr("gridmap.grids.lookup.micro_grids", None)
                index = indexes.at(session)
            assert as_read(session, index)


def test_zones_are_caught_up_with(tiny_town: Session) -> None:
    indexes = Indexes()
    assert not indexes.at(tiny_town).zones
    redraw(tiny_town, zoned.change(tiny_town, zoned.zone()), actor="test")
    index = indexes.at(tiny_town)
    assert index.zones
    assert as_read(tiny_town, index)


def test_a_publish_that_was_taken_back_is_nothing_to_go_on_from(session: Session) -> None:
    patchwork.found(session, how_many=20)
    indexes = Indexes()
    indexes.at(session)
    with session.begin_nested() as publishing:
        redraw_some(session, 1, set())
        assert indexes.at(session).publication == newest(session)
        publishing.rollback()
    redraw_some(session, 2, set())
    assert as_read(session, indexes.at(session))
