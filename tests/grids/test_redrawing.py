"""Redrawing: what a change touches and nothing else, with the same result as if the whole set were published anew."""

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gridmap.errors import Conflict, Invalid
from gridmap.geo.shapes import as_multipolygon
from gridmap.grids import tiling
from gridmap.grids.change import Change, GridDraft
from gridmap.grids.checking import NoPartition
from gridmap.grids.coverage import Flaw, problems
from gridmap.grids.models import Boundary, Grid, Publication
from gridmap.grids.publishing import publish, redraw
from tests import patchwork, redraws, town
from tests.grids.publishes import LATER, everything, in_force, redrawn


def newest(session: Session) -> int:
    return session.execute(select(func.max(Publication.id))).scalar_one()


def drawn(session: Session, *retired: str, base: int | None = None, **shapes: Polygon) -> Change:
    drafts = {
        draft.code: draft for draft in town.drafts(**shapes) if draft.code in {town.micro(int(k[1]), int(k[2])) for k in shapes}
    }
    return Change(base or newest(session), drafts, frozenset(retired))


def micros(session: Session) -> redraws.Shapes:
    return {code: shape for code, shape in in_force(session).items() if len(code) == 15}


# ---- what comes of it


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_any_sequence_of_changes_ends_as_the_whole_set_published_anew(session: Session, seed: int) -> None:
    chance = np.random.default_rng(seed)
    with session.begin_nested() as savepoint:
        patchwork.found(session, seed=seed, how_many=30)
        shapes = micros(session)
        taken = set(shapes)
        for _ in range(3):
            after = redraws.redrawn(shapes, chance, taken)
            redraw(session, redraws.change(newest(session), shapes, after, taken), actor="test")
            shapes = micros(session)
            assert {code: shape.wkb for code, shape in shapes.items()} == {code: shape.wkb for code, shape in after.items()}
            assert problems(shapes) == []
        stands = in_force(session)
        for code, shape in stands.items():
            children = [child for below, child in shapes.items() if below.startswith(code)]
            union = as_multipolygon(shapely.coverage_union_all(children))
            assert shapely.normalize(union).wkb == shapely.normalize(shape).wkb
        assert tiling.rebuild(session) == 0
        savepoint.rollback()
    session.expunge_all()


def test_only_what_is_touched_is_written(tiny_town: Session) -> None:
    before = {b.grid_code: b.id for b in tiny_town.scalars(select(Boundary))}
    done = redraw(tiny_town, drawn(tiny_town, **redrawn()), actor="test", at=LATER)
    # The town too: it has one more corner, where the turned border meets its edge.
    changed = sorted([town.micro(1, 1), town.micro(2, 1), town.village(1), town.village(2), town.TOWN])
    assert (done.opened, done.closed, done.retired, done.renamed) == (changed, changed, [], [])
    after = {b.grid_code: b.id for b in tiny_town.scalars(select(Boundary).where(func.upper_inf(Boundary.valid)))}
    assert {code for code in before if before[code] != after[code]} == set(done.closed)


def test_names_alone_are_a_change(tiny_town: Session) -> None:
    change = Change(newest(tiny_town), {town.village(2): GridDraft(town.village(2), "新村名", head_name="示例新网格长")})
    done = redraw(tiny_town, change, actor="test")
    assert (done.opened, done.renamed) == ([], [town.village(2)])
    assert tiny_town.get_one(Grid, town.village(2)).head_name == "示例新网格长"


def test_nothing_is_no_publication(tiny_town: Session) -> None:
    before = everything(tiny_town)
    assert redraw(tiny_town, drawn(tiny_town, m11=town.square(0, 0)), actor="test").publication is None
    assert everything(tiny_town) == before


def test_a_village_may_end_with_all_its_grids(tiny_town: Session) -> None:
    wide = {f"m1{y}": town.square(0, y - 1, width=2) for y in (1, 2, 3)}
    gone = [town.village(2), *(town.micro(2, y) for y in (1, 2, 3))]
    done = redraw(tiny_town, drawn(tiny_town, *gone, **wide), actor="test")
    assert done.retired == sorted(gone)
    assert shapely.equals(in_force(tiny_town)[town.village(1)], town.square(0, 0, width=2, height=3))
    assert set(in_force(tiny_town)) == {grid.code for grid in tiny_town.scalars(select(Grid).where(Grid.retired_at.is_(None)))}
    assert tiling.rebuild(tiny_town) == 0


# ---- what is refused

HOLED = Polygon([town.spot(1, 1), town.spot(2, 1), town.spot(2, 2), town.spot(1.5, 1.5), town.spot(1, 2)])
BUMP = Polygon([*town.square(2, 2).exterior.coords[:2], town.spot(3.1, 2.5), town.spot(3, 3), town.spot(2, 3)])
NOTCHED = Polygon([town.spot(1, 1), town.spot(2, 1), town.spot(2, 1.5), town.spot(2, 2), town.spot(1, 2)])


@pytest.mark.parametrize(
    ("shapes", "flaw"),
    [
        ({"m22": HOLED}, Flaw.GAP),
        ({"m22": town.square(1, 1, width=1.2)}, Flaw.OVERLAP),
        ({"m33": BUMP}, Flaw.OUTSIDE),
        ({"m33": town.square(2, 2, width=0.5)}, Flaw.GAP),
        ({"m22": NOTCHED}, Flaw.UNNODED),
        ({"m22": Polygon([town.spot(1, 1), town.spot(2, 2), town.spot(2, 1), town.spot(1, 2)])}, Flaw.BROKEN),
    ],
)
def test_what_would_break_the_partition_is_refused(tiny_town: Session, shapes: dict[str, Polygon], flaw: Flaw) -> None:
    before = everything(tiny_town)
    with pytest.raises(NoPartition) as caught, tiny_town.begin_nested():
        redraw(tiny_town, drawn(tiny_town, **shapes), actor="test")
    assert caught.value.problems[0].flaw is flaw
    tiny_town.expire_all()
    assert everything(tiny_town) == before


@pytest.mark.parametrize(
    ("retired", "shapes", "said"),
    [
        ([town.micro(1, 1)], {}, "do not tile"),
        (["310151999999001"], {}, "not in force"),
        ([town.micro(1, 1)], {"m11": town.square(0, 0)}, "changed as well"),
        ([town.village(1)], {}, "above these are missing"),
        ([town.micro(1, y) for y in (1, 2, 3)], {f"m2{y}": town.square(0, y - 1, width=2) for y in (1, 2, 3)}, "no micro-grid"),
        ([], {"m22": Polygon()}, "need a polygon"),
    ],
)
def test_nonsense_is_refused(tiny_town: Session, retired: list[str], shapes: dict[str, Polygon], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        redraw(tiny_town, drawn(tiny_town, *retired, **shapes), actor="test")


# ---- on which base


def test_what_others_redrew_elsewhere_stays(tiny_town: Session) -> None:
    base = newest(tiny_town)
    corner = Polygon([town.spot(2, 2), town.spot(3, 2), town.spot(3, 3), town.spot(2.5, 3), town.spot(2, 3)])
    redraw(tiny_town, drawn(tiny_town, base=base, m33=corner), actor="one")
    done = redraw(tiny_town, drawn(tiny_town, base=base, **redrawn()), actor="other")
    assert done.publication == newest(tiny_town)
    assert shapely.get_num_coordinates(in_force(tiny_town)[town.micro(3, 3)]) == 6


def test_where_both_touch_it_is_told_who(tiny_town: Session) -> None:
    base = newest(tiny_town)
    redraw(tiny_town, drawn(tiny_town, base=base, **redrawn()), actor="one")
    for change in (drawn(tiny_town, base=base, m11=town.square(0, 0)), drawn(tiny_town, town.micro(2, 1), base=base)):
        with pytest.raises(Conflict) as caught, tiny_town.begin_nested():
            redraw(tiny_town, change, actor="other")
        assert caught.value.facts["codes"][-1] in {town.micro(1, 1), town.micro(2, 1)}
    with pytest.raises(Invalid, match="no publication"):
        redraw(tiny_town, drawn(tiny_town, base=base + 77, m11=town.square(0, 0)), actor="other")


# ---- what it costs


def test_far_away_nothing_is_even_read(session: Session) -> None:
    patchwork.found(session, how_many=200)
    shapes = micros(session)
    chance = np.random.default_rng(5)
    change = redraws.change(newest(session), shapes, redraws.redrawn(shapes, chance, set(shapes), steps=1), set(shapes))
    before = {
        row.boundary_id: row.at for row in session.execute(text("SELECT boundary_id, max(ctid) AS at FROM tile_shape GROUP BY 1"))
    }
    done = redraw(session, change, actor="test")
    after = {
        row.boundary_id: row.at for row in session.execute(text("SELECT boundary_id, max(ctid) AS at FROM tile_shape GROUP BY 1"))
    }
    written = [key for key, at in after.items() if before.get(key) != at]
    assert len(done.opened) < 10
    assert len(written) < 40


def test_the_whole_set_and_the_change_write_the_same(session: Session) -> None:
    def outcome(by_change: bool) -> list[object]:
        with session.begin_nested() as savepoint:
            town.found(session)
            if by_change:
                redraw(session, drawn(session, **redrawn()), actor="test", at=LATER)
            else:
                publish(session, town.drafts(**redrawn()), actor="test", at=LATER)
            rows = session.execute(text("SELECT grid_code, valid, ST_AsBinary(geom), area_m2 FROM boundary ORDER BY 1, 2")).all()
            tiles = session.execute(
                text("SELECT grid_code, zoom, upper_inf(valid), ST_AsBinary(geom) FROM tile_shape ORDER BY 1, 2, 3")
            ).all()
            savepoint.rollback()
        session.expunge_all()
        return [*map(str, rows), *map(str, tiles)]

    assert outcome(by_change=True) == outcome(by_change=False)
