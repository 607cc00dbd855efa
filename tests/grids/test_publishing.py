import shapely
from shapely.geometry import MultiPolygon
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap.grids.models import Boundary, Publication
from gridmap.grids.publishing import publish
from tests import town


def in_force(session: Session) -> dict[str, MultiPolygon]:
    rows = session.execute(select(Boundary.grid_code, Boundary.geom).where(func.upper_inf(Boundary.valid)))
    return {code: shape for code, shape in rows}


def test_villages_and_town_are_the_union_of_their_micro_grids(tiny_town: Session) -> None:
    shapes = in_force(tiny_town)
    assert len(shapes) == 9 + 3 + 1
    assert shapely.equals(shapes[town.village(2)], town.square(1, 0, height=3))
    assert shapely.equals(shapes[town.TOWN], town.square(0, 0, width=3, height=3))


def test_a_second_publish_of_the_same_changes_nothing(tiny_town: Session) -> None:
    again = publish(tiny_town, town.drafts(), actor="test")
    assert again.publication is None
    assert len(again.unchanged) == 13
    assert tiny_town.scalar(select(func.count()).select_from(Publication)) == 1
