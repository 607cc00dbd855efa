"""The tiny town with somebody of every role."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from gridmap.cluster.server import Cluster
from tests import town
from tests.conftest import database_copy, running
from tests.loop.crew_at_work import Town, people


@pytest.fixture(scope="module")
def at_work(cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Everybody signed in; a module's tests share them, each with cases of its own."""
    with database_copy(cluster, template) as engine:
        with Session(engine) as session, session.begin():
            town.found(session)
            town.category(session, vendor_code="890")
        with running(engine, tmp_path_factory.mktemp("home")) as app:
            yield people(app)
