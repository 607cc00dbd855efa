"""Where boundaries have been redrawn a case is counted once: in the grid of then, or in the one that holds its place now."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.desk.redrawing.enact import enact
from gridmap.grids.change import Change, GridDraft
from gridmap.grids.models import Publication
from tests import callers, town
from tests.api.asking import get, send
from tests.grids.test_lineage import BOTH, M11, M12

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)


@pytest.fixture
def redrawn(app: APIFlask, sender: FlaskClient, committing: Engine) -> FlaskClient:
    """An operator; of three cases two lay in a grid that became part of another after the day, one of them closed before that."""
    for number, at in enumerate([(0.5, 1.4), (0.5, 1.6), (2.5, 0.5)], 1):
        send(sender, number, at=at, source_code="890" if number == 1 else "891")
    with Session(committing) as session, session.begin():
        session.execute(text("UPDATE cases SET received_at = :at"), {"at": NOW - timedelta(hours=5)})
        for state, closed in (("verifying", None), ("rating", None), ("closed", NOW - timedelta(hours=1))):
            values = {"state": state, "closed": closed}
            session.execute(text("UPDATE cases SET state = :state, closed_at = :closed WHERE source_id = 'A-1'"), values)
        base = session.scalar(select(func.max(Publication.id)))
        change = Change(base, {M11: GridDraft(M11, "大格", shape=BOTH)}, frozenset({M12}))
        enact(session, change, actor="test", nearest_limit_m=30.0)
    return callers.signed_in(app)


def filed(client: FlaskClient, question: str) -> dict[str, Any]:
    with clock.frozen(NOW):
        told = get(client, f"reports/day?date=2026-11-20{question}")
    parts = {part["key"]: part["measures"]["filed"]["now"] for part in told["by"]["grid"]}
    return {"ground": told["ground"], "total": told["total"]["measures"]["filed"]["now"], **parts}


def test_then_and_now_come_to_the_same(redrawn: FlaskClient) -> None:
    inside = f"&grid={town.village(1)}"
    assert filed(redrawn, inside) == {"ground": "then", "total": 2, M12: 2}
    assert filed(redrawn, f"{inside}&ground=now") == {"ground": "now", "total": 2, M11: 2}
    assert filed(redrawn, "")["total"] == filed(redrawn, "&ground=now")["total"] == 3


def test_the_page_has_the_switch_and_its_links_keep_it(redrawn: FlaskClient) -> None:
    with clock.frozen(NOW):
        page = redrawn.get(f"/reports/day?date=2026-11-20&grid={town.village(1)}&ground=now").text
    assert '<option value="now" selected>' in page
    assert page.count("ground=now") > 5
    assert M12 not in page.split('data-testid="by-grid"')[1].split("</table>")[0]


def test_nonsense_is_refused(redrawn: FlaskClient) -> None:
    assert redrawn.get("/api/v1/reports/day?ground=tomorrow").status_code == 422
