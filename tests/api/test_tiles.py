"""The door of the tiles: ETags, packing, problems."""

import gzip
import math

from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from gridmap.journal.feed import advance
from tests import patchwork, town
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
)


def test_nonsense_is_a_problem_that_names_the_field(client: FlaskClient) -> None:
    for path, status, field in NONSENSE:
        answer = client.get(path)
        assert answer.status_code == status, path
        assert answer.content_type == "application/problem+json"
        assert [fault["field"] for fault in answer.get_json(force=True).get("errors", [])] == ([field] if field else [])


def test_an_unknown_layer_lists_those_there_are(client: FlaskClient) -> None:
    assert "grids, cameras, service-points, cases" in client.get("/tiles/roads/0/0/0.mvt").get_json(force=True)["detail"]
