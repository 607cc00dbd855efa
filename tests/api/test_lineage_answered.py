"""Old codes answer for ever: card, lineage and search."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from gridmap.grids.change import Change, GridDraft
from gridmap.grids.models import Publication
from gridmap.grids.publishing import redraw
from tests import town
from tests.grids.test_lineage import BOTH, M11, M12

ENDED = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _merged(committing: Engine, app: object) -> None:  # the town comes with it
    with Session(committing) as session, session.begin():
        base = session.scalar(select(func.max(Publication.id)))
        change = Change(base, {M11: GridDraft(M11, "大格", "Larger", shape=BOTH)}, frozenset({M12}))
        redraw(session, change, actor="test", at=ENDED)


def test_the_card_of_a_grid_that_ended_names_who_has_its_ground(client: FlaskClient) -> None:
    card = client.get(f"/api/v1/grids/{M12}").get_json()
    assert card["retired_at"].startswith("2026-06-01T00:00:00")
    (successor,) = card["successors"]
    assert (successor["code"], successor["name_en"], successor["share"]) == (M11, "Larger", 1.0)
    assert successor["since"].startswith("2026-06-01")
    assert client.get(f"/api/v1/grids/{M11}").get_json()["successors"] == []


def test_lineage_is_told_both_ways(client: FlaskClient) -> None:
    told = client.get(f"/api/v1/grids/{M11}/lineage").get_json()
    assert {(turn["from_code"], turn["kind"], turn["area_share"]) for turn in told["turns"]} == {
        (M12, "merge", 1.0),
        (M11, "reshape", 1.0),
    }
    assert {code: one["name_en"] for code, one in told["names"].items()} == {M11: "Larger", M12: "Demo Village 1 Micro-grid 2"}
    assert {kin["code"]: round(kin["share"], 2) for kin in told["ancestors"]} == {M11: 0.5, M12: 0.5}
    assert [kin["code"] for kin in told["successors"]] == [M11]
    later = client.get(f"/api/v1/grids/{M11}/lineage?at=2026-07-01T00:00:00Z").get_json()
    assert (later["successors"], later["ancestors"]) == ([], [])
    assert client.get("/api/v1/grids/310151999999999/lineage").status_code == 404


def test_an_old_code_is_found(client: FlaskClient) -> None:
    (found,) = client.get(f"/api/v1/search?q={M12}").get_json()["results"]
    assert (found["id"], found["retired_at"][:10]) == (M12, "2026-06-01")
    assert [one["code"] for one in found["successors"]] == [M11]
    everything = client.get(f"/api/v1/search?q={town.village(1)}").get_json()["results"]
    assert [result["id"] for result in everything][-1] == M12
