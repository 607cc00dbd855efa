"""A town with a past, twice: what history is loaded into."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from shapely.geometry import Polygon
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridmap.cluster.server import Cluster
from gridmap.grids.publishing import publish, redraw
from tests import town, zoned
from tests.conftest import database_copy

# Ground that 11 takes from 12; between the two no corner of others.
_TALLER = Polygon([town.spot(*at) for at in [(0, 0), (1, 0), (1, 1), (0.5, 1), (0.5, 1.5), (0, 1.5)]])
_LOWER = Polygon([town.spot(*at) for at in [(0, 1.5), (0.5, 1.5), (0.5, 1), (1, 1), (1, 2), (0, 2)]])


def furnish(session: Session) -> None:
    """The town, redrawn in summer; a zone since autumn; a category, which a vendor calls by its own name; a camera."""
    town.found(session)
    town.category(session, vendor_code="890")
    town.category(session, "06011", hours=None)
    town.camera(session, at=(1.5, 1.5))
    publish(session, town.drafts(m11=_TALLER, m12=_LOWER), actor="test", at=datetime(2026, 6, 1, tzinfo=UTC))
    redraw(session, zoned.change(session, zoned.zone()), actor="test", at=datetime(2026, 9, 1, tzinfo=UTC))


@pytest.fixture
def furnished(committing: Engine) -> Engine:
    with Session(committing) as session, session.begin():
        furnish(session)
    return committing


@pytest.fixture
def other(cluster: Cluster, template: str) -> Iterator[Engine]:
    """A second database of the same."""
    with database_copy(cluster, template) as engine:
        with Session(engine) as session, session.begin():
            furnish(session)
        yield engine
