"""The door of the tiles: ETags, packing, problems."""

import gzip
import math
from datetime import timedelta

from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.accounts import keys
from gridmap.journal.feed import advance
from tests import callers, patchwork, town
from tests.api.asking import send
from tests.mvt import decode


def address(layer: str, zoom: int) -> str:
    lon, lat = town.spot(1.5, 1.5)
    row = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return f"/tiles/{layer}/{zoom}/{int((lon + 180) / 360 * 2**zoom)}/{int(row * 2**zoom)}.mvt"


def test_a_tile_holds_the_grids_and_says_what_it_is(client: FlaskClient) -> None:
    answer = client.get(address("grids", 12))
    assert answer.status_code == 200
    assert answer.content_type == "application/vnd.mapbox-vector-tile"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert len(decode(answer.data)["micro"]) == 9


def test_who_holds_the_present_version_gets_304_without_a_tile_being_made(client: FlaskClient, app: APIFlask) -> None:
    who_asks = 1
    tag = client.get(address("grids", 12)).headers["ETag"]
    assert not tag.startswith("W/")
    asked: list[str] = []
    engine = app.extensions["gridmap"].engine
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    again = client.get(address("grids", 12), headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert len(asked) == who_asks + 1
    assert not any("ST_AsMVT" in statement for statement in asked)


def test_the_version_changes_with_its_own_layer_only(client: FlaskClient, committing: Engine) -> None:
    def tags() -> tuple[str, str]:
        return client.get(address("grids", 12)).headers["ETag"], client.get(address("cases", 12)).headers["ETag"]

    grids, cases = tags()
    with Session(committing) as session:
        patchwork.found(session, seed=3)
        session.commit()
    after = tags()
    assert after[0] != grids
    assert after[1] == cases
    with Session(committing) as session:
        advance(session)
        session.commit()
    assert client.get(address("cases", 12)).headers["ETag"] == cases


def test_the_same_version_of_another_database_is_another_one(client: FlaskClient, standing: FlaskClient) -> None:
    here, there = client.get(address("grids", 12)), standing.get(address("grids", 12))
    assert here.data == there.data
    assert here.headers["ETag"].rpartition("-")[2] == there.headers["ETag"].rpartition("-")[2]
    assert here.headers["ETag"] != there.headers["ETag"]
    # Who reset the database would else look at the old one's tiles.
    assert standing.get(address("grids", 12), headers={"If-None-Match": here.headers["ETag"]}).status_code == 200


def test_large_tiles_are_packed_for_who_can_unpack_them(client: FlaskClient, committing: Engine) -> None:
    with Session(committing) as session:
        patchwork.found(session)
        session.commit()
    plain = client.get(address("grids", 14))
    packed = client.get(address("grids", 14), headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data)
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.headers["Vary"] == "Accept-Encoding, Cookie"


def test_a_level_can_be_asked_for_at_any_zoom(client: FlaskClient) -> None:
    assert decode(client.get(address("grids", 8)).data).keys() == {"town"}
    assert decode(client.get(address("grids", 8) + "?level=micro").data).keys() == {"micro"}


def test_a_tile_of_cases_is_made_anew_when_what_it_shows_changes(client: FlaskClient, app: APIFlask) -> None:
    send(client, 1, at=(1.5, 1.5), source_code="890")
    here, elsewhere = address("cases", 16), "/tiles/cases/16/0/0.mvt"
    with clock.frozen(clock.now()):
        tag, other = (client.get(path).headers["ETag"] for path in (here, elsewhere))
        asked: list[str] = []
        event.listen(app.extensions["gridmap"].engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
        again = client.get(here, headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
        assert not any("cases c" in statement or "FROM cases" in statement for statement in asked)
        send(client, 2, at=(1.4, 1.4))
        changed = client.get(here, headers={"If-None-Match": tag})
        assert changed.status_code == 200
        assert len(decode(changed.data)["cases"]) == 2
        assert client.get(elsewhere, headers={"If-None-Match": other}).status_code == 304


def test_a_tile_of_cases_changes_when_a_limit_passes_unnoticed(client: FlaskClient) -> None:
    send(client, 1, at=(1.5, 1.5), source_code="890")
    path, now = address("cases", 16), clock.now()
    with clock.frozen(now):
        before = client.get(path)
    with clock.frozen(now + timedelta(hours=5)):
        after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert [decode(one.data)["cases"][0].properties["urgency"] for one in (before, after)] == ["intime", "overdue"]


def test_a_tile_of_cases_is_asked_with_the_filters_of_the_list(client: FlaskClient) -> None:
    for number in (1, 2, 3):
        send(client, number, at=(0.4 + number / 2, 1.5), source_code="890" if number == 1 else None)

    def count(question: str) -> int:
        layers = decode(client.get(f"/tiles/cases/0/0/0.mvt?{question}").data)
        return len(layers.get("cases", ())) + sum(int(crowd.properties["n"]) for crowd in layers.get("crowds", ()))

    assert (count(""), count("tray=triage"), count("state=closed"), count("urgency=overdue"), count("source=dahua")) == (
        3,
        2,
        0,
        0,
        3,
    )
    assert count("state=open&state=closed&urgency=intime,unlimited") == 3


def test_who_may_not_read_cases_gets_no_tile_of_them(app: APIFlask, committing: Engine, anonymous: FlaskClient) -> None:
    with Session(committing) as session:
        secret = keys.create(session, "alerts only", scopes=["alerts"], actor="test")
        session.commit()
    for path, status in ((address("cases", 12), 403), ("/api/v1/cases.geojson", 403)):
        assert callers.with_key(app, secret).get(path).status_code == status
        assert anonymous.get(path).status_code == 401


NONSENSE = (
    ("/tiles/roads/0/0/0.mvt", 404, None),
    ("/tiles/grids/x/0/0.mvt", 404, None),
    ("/tiles/grids/0/-1/0.mvt", 404, None),
    ("/tiles/grids/0/0/0.png", 404, None),
    ("/tiles/grids/23/0/0.mvt", 422, "z"),
    ("/tiles/grids/3/8/0.mvt", 422, "x"),
    ("/tiles/grids/3/0/8.mvt", 422, "y"),
    ("/tiles/grids/3/0/99999999999999999999999999.mvt", 422, "y"),
    ("/tiles/grids/3/0/0.mvt?level=city", 422, "level"),
    ("/tiles/grids/3/0/0.mvt?levels=micro", 422, "levels"),
    ("/tiles/grids/3/0/0.mvt?state=open", 422, "state"),
    ("/tiles/cases/23/0/0.mvt", 422, "z"),
    ("/tiles/cases/3/8/0.mvt", 422, "x"),
    ("/tiles/cases/3/0/0.mvt?at=2026-01-01T00:00:00Z", 422, "at"),
    ("/tiles/cases/3/0/0.mvt?state=lost", 422, "state"),
    ("/tiles/cases/3/0/0.mvt?state=open&state=lost", 422, "state"),
    ("/tiles/cases/3/0/0.mvt?urgency=hot", 422, "urgency"),
    ("/tiles/cases/3/0/0.mvt?q=rubbish", 422, "q"),
    ("/tiles/cases/3/0/0.mvt?grid=31%25", 422, "grid"),
)


def test_nonsense_is_a_problem_that_names_the_field(client: FlaskClient) -> None:
    for path, status, field in NONSENSE:
        answer = client.get(path)
        assert answer.status_code == status, path
        assert answer.content_type == "application/problem+json"
        assert [fault["field"] for fault in answer.get_json(force=True).get("errors", [])] == ([field] if field else [])


def test_an_unknown_layer_lists_those_there_are(client: FlaskClient) -> None:
    assert "grids, cameras, service-points, cases" in client.get("/tiles/roads/0/0/0.mvt").get_json(force=True)["detail"]
