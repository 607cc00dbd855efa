"""Publishing: the partition whole or not at all, only what changed, codes never used again, and a trace of it."""

from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.errors import Invalid, NotFound
from gridmap.grids import lookup
from gridmap.grids.change import GridDraft
from gridmap.grids.models import Boundary, Grid, Publication
from gridmap.grids.publishing import publish
from gridmap.journal.models import JournalEntry
from tests import town
from tests.grids.publishes import LATER, everything, in_force, redrawn
from tests.partitions import Shape, partitions

# ---- what stands afterwards


def test_villages_and_town_are_the_union_of_their_micro_grids(tiny_town: Session) -> None:
    shapes = in_force(tiny_town)
    assert len(shapes) == 9 + 3 + 1
    assert shapely.equals(shapes[town.village(2)], town.square(1, 0, height=3))
    assert shapely.equals(shapes[town.TOWN], town.square(0, 0, width=3, height=3))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shapes=partitions(), data=st.data())
def test_any_partition_nests_exactly_however_it_is_dealt_out(session: Session, shapes: list[Shape], data: st.DataObject) -> None:
    villages = [f"{town.TOWN}{data.draw(st.integers(1, 4)):03d}" for _ in shapes]
    drafts = [GridDraft(town.TOWN, "镇"), *(GridDraft(code, "村") for code in sorted(set(villages)))]
    drafts += [GridDraft(f"{v}{i + 1:03d}", "格", shape=shape) for i, (v, shape) in enumerate(zip(villages, shapes, strict=True))]
    with session.begin_nested() as savepoint:
        publish(session, drafts, actor="test", at=town.FOUNDED)
        stands = in_force(session)
        savepoint.rollback()
    session.expunge_all()
    micros = {code: shape for code, shape in stands.items() if len(code) == 15}
    assert len(micros) == len(shapes)
    for code, shape in stands.items():
        assert shape.is_valid
        children = [micro for child, micro in micros.items() if child.startswith(code)]
        assert shapely.union_all(children).equals(shape)
        assert shapely.get_num_coordinates(shape) <= sum(map(shapely.get_num_coordinates, children))


def test_coordinates_come_to_lie_on_the_lattice(session: Session) -> None:
    nudged = shapely.transform(town.square(0, 0), lambda xy: xy + 3e-10)
    town.found(session, m11=nudged)
    assert shapely.equals_exact(
        shapely.normalize(in_force(session)[town.micro(1, 1)].geoms[0]), shapely.normalize(town.square(0, 0))
    )


def test_labels_lie_inside(tiny_town: Session) -> None:
    for boundary in tiny_town.scalars(select(Boundary)):
        assert boundary.geom.contains(boundary.label)
        assert boundary.area_m2 == pytest.approx(948.6 * 1109 * {9: 9, 12: 3, 15: 1}[len(boundary.grid_code)], rel=1e-3)


# ---- only what changed


def test_a_second_publish_of_the_same_changes_nothing(tiny_town: Session) -> None:
    before = everything(tiny_town)
    again = publish(tiny_town, town.drafts(), actor="test")
    assert again.publication is None
    assert [*again.opened, *again.closed, *again.retired, *again.renamed] == []
    assert everything(tiny_town) == before


def test_the_same_shape_begun_at_another_corner_is_the_same(tiny_town: Session) -> None:
    turned = Polygon([town.spot(1, 1), town.spot(0, 1), town.spot(0, 0), town.spot(1, 0)])
    assert publish(tiny_town, town.drafts(m11=turned), actor="test").publication is None


def test_only_changed_boundaries_are_closed_and_opened(tiny_town: Session) -> None:
    before = {b.grid_code: b.id for b in tiny_town.scalars(select(Boundary))}
    corner = town.spot(1.1, 1.1)
    done = town.found(
        tiny_town,
        at=LATER,
        m11=Polygon([town.spot(0, 0), town.spot(1, 0), corner, town.spot(0, 1)]),
        m21=Polygon([town.spot(1, 0), town.spot(2, 0), town.spot(2, 1), corner]),
        m12=Polygon([town.spot(0, 1), corner, town.spot(1, 2), town.spot(0, 2)]),
        m22=Polygon([corner, town.spot(2, 1), town.spot(2, 2), town.spot(1, 2)]),
    )
    changed = sorted([*(town.micro(x, y) for x in (1, 2) for y in (1, 2)), town.village(1), town.village(2)])
    assert (done.opened, done.closed) == (changed, changed)
    rows = tiny_town.execute(select(Boundary.id, Boundary.grid_code, Boundary.valid, Boundary.publication_id)).all()
    assert len(rows) == 13 + 6
    for row in rows:
        if row.id == before[row.grid_code]:
            assert (row.valid.lower, row.valid.upper) == (town.FOUNDED, LATER if row.grid_code in changed else None)
        else:
            assert (row.valid.lower, row.valid.upper, row.publication_id) == (LATER, None, done.publication)


def test_at_every_moment_there_is_one_partition(tiny_town: Session) -> None:
    town.found(tiny_town, at=LATER, **redrawn())
    for at in (town.FOUNDED, LATER - timedelta(microseconds=1), LATER, clock.now()):
        found = lookup.publication_at(tiny_town, at)
        assert found is not None
        held = lookup.micro_grids(tiny_town, *found)
        assert held.codes == sorted(town.micro(x, y) for x in (1, 2, 3) for y in (1, 2, 3))
        assert shapely.coverage_is_valid(held.shapes)
        assert shapely.union_all(held.shapes).equals(town.square(0, 0, width=3, height=3))


def test_names_and_heads_are_taken_over_and_told(tiny_town: Session) -> None:
    drafts = [GridDraft(town.TOWN, "新名镇", "New Town", head_name="示例新网格长"), *town.drafts()[1:]]
    done = publish(tiny_town, drafts, actor="test")
    assert (done.renamed, done.opened, done.closed) == ([town.TOWN], [], [])
    assert done.publication is not None
    last = tiny_town.scalars(select(JournalEntry).order_by(JournalEntry.id.desc()).limit(1)).one()
    assert last.data["renamed"] == [town.TOWN]
    assert lookup.names(tiny_town, [town.TOWN])[town.TOWN].name == "新名镇"


# ---- retiring


def merged() -> list[GridDraft]:
    """Micro-grid (1,1) grows over (1,2), which ends."""
    grown = Polygon([town.spot(0, 0), town.spot(1, 0), town.spot(1, 1), town.spot(1, 2), town.spot(0, 2)])
    return [draft for draft in town.drafts(m11=grown) if draft.code != town.micro(1, 2)]


def test_what_is_left_out_is_retired_and_never_comes_back(tiny_town: Session) -> None:
    done = publish(tiny_town, merged(), actor="test", at=LATER)
    ended = town.micro(1, 2)
    assert ended in done.closed
    assert ended not in done.opened
    assert tiny_town.get_one(Grid, ended).retired_at == LATER
    assert [grid.code for grid in lookup.children(tiny_town, town.village(1))] == [town.micro(1, 1), town.micro(1, 3)]
    for _ in range(2):
        with pytest.raises(Invalid, match="never used again") as caught:
            publish(tiny_town, town.drafts(), actor="test")
        assert ended in str(caught.value)
    last = lookup.latest_boundary(tiny_town, ended)
    assert last is not None
    assert last.valid.upper == LATER


def test_lines_of_grids_that_were_are_still_answered(tiny_town: Session) -> None:
    publish(tiny_town, merged(), actor="test", at=LATER)
    assert lookup.grid(tiny_town, town.micro(1, 2)).retired_at == LATER
    with pytest.raises(NotFound):
        lookup.grid(tiny_town, "310151999201999")


# ---- its trace


def test_the_journal_tells_the_publish(tiny_town: Session) -> None:
    done = publish(tiny_town, merged(), actor="cli:test", at=LATER, note="示例合并")
    (entry,) = tiny_town.scalars(select(JournalEntry).where(JournalEntry.actor == "cli:test")).all()
    assert (entry.topic, entry.kind, entry.subject) == ("grids", "grids.published", str(done.publication))
    assert entry.data["opened"] == done.opened
    assert entry.data["closed"] == done.closed
    assert entry.data["retired"] == [town.micro(1, 2)]
    assert datetime.fromisoformat(entry.data["valid_from"]) == LATER
    publication = tiny_town.get_one(Publication, done.publication)
    assert (publication.at, publication.actor, publication.note) == (LATER, "cli:test", "示例合并")


# ---- at the same time


def test_two_publishes_at_once_come_one_after_the_other(committing: Engine) -> None:
    with Session(committing) as session, session.begin():
        town.found(session)
    together, done = Barrier(2), []

    def go(**shapes: Polygon) -> None:
        with Session(committing) as session, session.begin():
            session.execute(text("SELECT 1"))
            together.wait(10)
            done.append(publish(session, town.drafts(**shapes), actor="test"))

    other = {"m33": Polygon([*town.square(2, 2).exterior.coords[:2], town.spot(3.1, 2.5), town.spot(3, 3), town.spot(2, 3)])}
    threads = [Thread(target=go, kwargs=shapes) for shapes in (redrawn(), other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    first, second = done
    assert first.at < second.at
    with Session(committing) as session:
        shapes = in_force(session)
        assert shapely.coverage_is_valid([shape for code, shape in shapes.items() if len(code) == 15])
        assert session.scalar(select(func.count()).select_from(Publication)) == 3
