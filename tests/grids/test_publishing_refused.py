"""What a publish refuses, and that it then leaves nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from shapely.geometry import Polygon
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.errors import Conflict, Invalid
from gridmap.grids.change import GridDraft
from gridmap.grids.checking import NoPartition
from gridmap.grids.coverage import Flaw
from gridmap.grids.publishing import publish
from tests import town
from tests.grids.publishes import everything, redrawn


def without(*gone: str) -> list[GridDraft]:
    return [draft for draft in town.drafts() if draft.code not in gone]


@pytest.mark.parametrize(
    ("drafts", "said"),
    [
        (lambda: [*town.drafts(), GridDraft(town.micro(1, 1), "双", shape=town.square(0, 0))], "more than once"),
        (lambda: without(town.village(2)), "above these are missing"),
        (lambda: without(town.TOWN), "above these are missing"),
        (lambda: [*without(town.micro(2, 2)), GridDraft(town.micro(2, 2), "无")], "need a polygon"),
        (lambda: [*without(town.micro(2, 2)), GridDraft(town.micro(2, 2), "空", shape=Polygon())], "need a polygon"),
        (list, "need a polygon"),
        (lambda: [GridDraft(town.TOWN, "镇")], "need a polygon"),
        (lambda: [*town.drafts(), GridDraft(f"{town.TOWN}204", "空村")], "no micro-grid"),
        (lambda: [*town.drafts(), GridDraft("31015199920", "短")], "9, 12 or 15 digits"),
        (lambda: [*town.drafts(), GridDraft("３１０１５１９９９", "全角")], "9, 12 or 15 digits"),
        (lambda: without(town.micro(2, 2)), "do not tile"),
        (lambda: town.drafts(m22=town.square(1, 1, width=1.2)), "do not tile"),
    ],
)
def test_nonsense_is_refused_and_leaves_nothing(tiny_town: Session, drafts: Callable[[], list[GridDraft]], said: str) -> None:
    before = everything(tiny_town)
    with pytest.raises(Invalid, match=said), tiny_town.begin_nested():
        publish(tiny_town, drafts(), actor="test")
    tiny_town.expire_all()
    assert everything(tiny_town) == before


def test_no_partition_says_what_and_where(tiny_town: Session) -> None:
    with pytest.raises(NoPartition) as caught:
        publish(tiny_town, without(town.micro(2, 2)), actor="test")
    (gap,) = caught.value.problems
    assert gap.flaw is Flaw.GAP
    (fault,) = caught.value.faults
    assert fault.field == ",".join(gap.codes)
    assert f"A gap of {gap.area_m2:,.1f} m²" in str(caught.value)
    assert town.micro(1, 2) in fault.field


@pytest.mark.parametrize("earlier", [timedelta(0), timedelta(microseconds=1), timedelta(days=999)])
def test_the_past_is_not_written_again(tiny_town: Session, earlier: timedelta) -> None:
    before = everything(tiny_town)
    with pytest.raises(Conflict), tiny_town.begin_nested():
        publish(tiny_town, town.drafts(**redrawn()), actor="test", at=town.FOUNDED - earlier)
    tiny_town.expire_all()
    assert everything(tiny_town) == before


def test_nor_is_the_future(tiny_town: Session) -> None:
    with pytest.raises(Invalid, match="future"):
        publish(tiny_town, town.drafts(**redrawn()), actor="test", at=clock.now() + timedelta(hours=1))


def test_a_clock_that_went_backwards_does_not_stop_a_publish(tiny_town: Session) -> None:
    with clock.frozen(town.FOUNDED - timedelta(seconds=5)):
        done = publish(tiny_town, town.drafts(**redrawn()), actor="test")
    assert done.at == town.FOUNDED + timedelta(microseconds=1)


def test_the_database_itself_refuses_two_boundaries_at_a_time(tiny_town: Session) -> None:
    copy = text(
        "INSERT INTO boundary (grid_code, level, valid, publication_id, geom, label, area_m2) "
        "SELECT grid_code, level, tstzrange('2026-02-01', '2026-02-02'), publication_id, geom, label, area_m2 FROM boundary LIMIT 1"
    )
    with pytest.raises(IntegrityError, match="ex_boundary_one_at_a_time"), tiny_town.begin_nested():
        tiny_town.execute(copy)
