"""What Prometheus is told of the town."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridmap.cases.states import OPEN_STATES, State
from tests import town
from tests.api.asking import send


@pytest.mark.parametrize("state", [*OPEN_STATES, State.CLOSED, State.VOID])
def test_a_case_counts_until_it_has_ended(sender: FlaskClient, committing: Engine, state: State) -> None:
    send(sender, 1, at=(0.5, 0.5))
    with Session(committing) as session, session.begin():
        town.stand(session, state)
    assert f"gridmap_open_cases {float(state in OPEN_STATES)}" in sender.get("/metrics").text
