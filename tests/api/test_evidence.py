"""Photos and documents of a case, through HTTP: in by whoever handles it, out to whoever may see what."""

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from gridmap import clock
from gridmap.accounts.rights import Role
from gridmap.cli import main
from gridmap.config import Settings
from gridmap.desk import evidence
from gridmap.http.state import state
from gridmap.store.storage import opened
from tests import callers, town
from tests.api.asking import get, send
from tests.store import photos


@pytest.fixture
def number(client: FlaskClient) -> str:
    """A case in micro(1, 1)."""
    return str(send(client, 1, at=(0.5, 0.5))["case"]["id"])


def add(client: FlaskClient, number: str, data: bytes, *, name: str = "photo.jpg", **fields: str) -> TestResponse:
    # Encoded here: the client would spool large forms into files that it leaves open.
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(data), name), **fields})
    address, media_type = f"/api/v1/cases/{number}/evidence", f"multipart/form-data; boundary={boundary}"
    return client.post(address, data=body, content_type=media_type)


@pytest.fixture
def member(app: APIFlask) -> FlaskClient:
    """A member of the case's own micro-grid."""
    return callers.signed_in(app, Role.MEMBER, town.micro(1, 1))


def test_a_photo_comes_in_and_is_seen(app: APIFlask, member: FlaskClient, number: str) -> None:
    data = photos.photo(800, 600, exif=photos.exif())
    answer = add(member, number, data, kind="before")
    assert answer.status_code == 201, answer.get_data(as_text=True)
    told = answer.get_json()
    assert told["fresh"] is True
    assert (told["kind"], told["width"], told["height"], told["bytes"]) == ("before", 800, 600, len(data))
    assert told["taken_at"] == "2026-03-03T00:15:00Z"
    assert told["location"] == {"lon": 121.405, "lat": 31.605}
    original, public, thumbnail = (member.get(told[name]) for name in ("original", "public", "thumbnail"))
    assert original.data == data
    assert original.headers["Content-Disposition"] == f'attachment; filename="{number}-before-{told["id"]}.jpg"'
    for copy in (public, thumbnail):
        assert copy.mimetype == "image/jpeg"
        assert b"Exif" not in copy.data
    for seen in (original, public, thumbnail):
        assert seen.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in seen.headers["Content-Security-Policy"]
        assert seen.headers["Cache-Control"].startswith("private")
    tag = public.headers["ETag"]
    assert member.get(told["public"], headers={"If-None-Match": tag}).status_code == 304
    kinds = [entry["kind"] for entry in get(member, f"cases/{number}")["properties"]["timeline"]]
    assert kinds[-1] == "evidence.added"


def test_the_same_file_again_changes_nothing(member: FlaskClient, number: str, tmp_path: Path) -> None:
    first = add(member, number, photos.photo(), kind="after")
    again = add(member, number, photos.photo(), kind="after", name="another.png")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.get_json() == first.get_json() | {"fresh": False}
    assert add(member, number, photos.photo(), kind="before").get_json()["id"] != first.get_json()["id"]
    assert len(get(member, f"cases/{number}/evidence")["evidence"]) == 2
    assert len(list((tmp_path / "media").glob("??/*"))) == 3


def test_who_is_outside_sees_the_public_copy_and_no_more(app: APIFlask, member: FlaskClient, number: str) -> None:
    told = add(member, number, photos.photo(exif=photos.exif())).get_json()
    outside = callers.signed_in(app, Role.MEMBER, town.micro(2, 1))
    (seen,) = get(outside, f"cases/{number}/evidence")["evidence"]
    assert {"original", "location", "added_by"} & seen.keys() == set()
    assert outside.get(seen["public"]).status_code == 200
    assert outside.get(told["original"]).status_code == 403
    assert add(outside, number, photos.photo(colour=(1, 2, 3))).status_code == 403
    auditor = callers.signed_in(app, Role.AUDITOR)
    assert auditor.get(told["original"]).status_code == 200
    assert add(auditor, number, photos.photo(colour=(1, 2, 3))).status_code == 403
    nobody = callers.anonymous(app)
    for address in ("original", "public", "thumbnail"):
        assert nobody.get(told[address]).status_code == 401
    assert add(nobody, number, photos.photo()).status_code == 401


def test_another_case_s_evidence_is_none_of_this_one(client: FlaskClient, number: str) -> None:
    other = str(send(client, 2, at=(2.5, 2.5))["case"]["id"])
    told = add(client, number, photos.photo()).get_json()
    for part in ("original", "public", "thumbnail"):
        assert client.get(f"/api/v1/cases/{other}/evidence/{told['id']}/{part}").status_code == 404
        for nothing in (99_999, 2**63 - 1, 2**63, 10**30):
            assert client.get(f"/api/v1/cases/{number}/evidence/{nothing}/{part}").status_code == 404
    assert client.get("/api/v1/cases/nonsense/evidence").status_code == 404


def test_a_document_is_saved_never_shown(client: FlaskClient, number: str) -> None:
    told = add(client, number, photos.PDF, name="report.exe").get_json()
    assert (told["media_type"], told["public"], told["thumbnail"]) == ("application/pdf", None, None)
    saved = client.get(told["original"])
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert saved.headers["Content-Disposition"].endswith('.pdf"')
    assert client.get(told["original"].replace("original", "public")).status_code == 404
    assert client.get(told["original"].replace("original", "thumbnail")).status_code == 404


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"", "a.jpg"), (photos.SVG, "a.jpg"), (photos.SVG, "a.svg"), (photos.HTML, "a.pdf"), (photos.photo()[:300], "a.jpg")],
    ids=["empty", "svg as jpg", "svg", "html as pdf", "cut off"],
)
def test_hostile_files_are_refused_by_name_of_the_field(
    client: FlaskClient, number: str, data: bytes, name: str, tmp_path: Path
) -> None:
    answer = add(client, number, data, name=name)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.get_json(force=True)["errors"]] == ["file"]
    assert not (tmp_path / "media").exists()


def test_what_is_too_large_is_told_so(client: FlaskClient, number: str) -> None:
    assert add(client, number, photos.bomb()).status_code == 413
    # Larger than one body may be elsewhere, and not yet too large here.
    assert add(client, number, photos.photo() + b"\0" * 3_000_000).status_code == 201
    assert add(client, number, b"\xff\xd8\xff" + b"\0" * 21_100_000).status_code == 413


def test_the_form_is_checked(client: FlaskClient, number: str) -> None:
    address = f"/api/v1/cases/{number}/evidence"
    for form in ({"kind": "after"}, {"file": "text"}, {"file": (io.BytesIO(photos.photo()), "a.jpg"), "kind": "selfie"},
                 {"file": (io.BytesIO(photos.photo()), "a.jpg"), "colour": "red"}):  # fmt: skip
        answer = client.post(address, data=form, content_type="multipart/form-data")
        assert answer.status_code == 422, form
    assert client.post(address, json={"file": "x"}).status_code == 422


def test_a_case_that_was_none_takes_no_evidence(client: FlaskClient, number: str) -> None:
    done = client.post(f"/api/v1/cases/{number}/actions/void", json={"reason": "x"}, headers={"If-Match": "*"})
    assert done.status_code == 200
    assert add(client, number, photos.photo()).status_code == 409


def test_files_nobody_refers_to_are_cleaned_and_others_are_not(
    app: APIFlask, client: FlaskClient, number: str, committing: Engine, tmp_path: Path
) -> None:
    told = add(client, number, photos.photo()).get_json()
    storage = opened(Settings(home=tmp_path))
    stray, orphan = "a" * 64, "b" * 64 + ".thumb"
    for name in (stray, orphan):
        storage.put(name, b"an upload that broke off")
    tomorrow = clock.now() + timedelta(hours=25)
    with Session(committing) as session:
        assert list(evidence.orphans(session, storage, clock.now())) == [], "younger than a day: perhaps not committed yet"
        found = list(evidence.orphans(session, storage, tomorrow))
        assert [one.name for one in found] == [stray, orphan]
        assert [evidence.clean(session, storage, one) for one in found] == [True, True]
        session.commit()
        assert len(list(storage.names())) == 3
        assert evidence.missing(session, storage) == []
        storage.delete(next(one.name for one in storage.names() if one.name.endswith("thumb")))
        assert len(evidence.missing(session, storage)) == 1
    assert client.get(told["thumbnail"]).status_code == 404
    assert client.get(told["original"]).status_code == 200


def test_an_upload_that_fails_leaves_no_row(app: APIFlask, client: FlaskClient, number: str, tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file where the folder should be")
    assert add(client, number, photos.photo()).status_code == 503
    with state(app).sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM evidence")) == 0


@pytest.fixture
def at_the_terminal(committing: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Commands find the application's database and folder."""
    url = committing.url.set(drivername="postgresql").render_as_string(hide_password=False)
    monkeypatch.setenv("GRIDMAP_DATABASE_URL", url)
    monkeypatch.setenv("GRIDMAP_HOME", str(tmp_path))
    return CliRunner()


def test_the_command_says_what_it_would_do_first(
    client: FlaskClient, number: str, at_the_terminal: CliRunner, tmp_path: Path
) -> None:
    add(client, number, photos.photo())
    stray = opened(Settings(home=tmp_path))
    stray.put("c" * 64, b"x")
    old = clock.now().timestamp() - 90_000
    os.utime(tmp_path / "media" / "cc" / ("c" * 64), (old, old))
    told = at_the_terminal.invoke(main, ["media", "clean"])
    assert (told.exit_code, "c" * 64 in told.output) == (0, True), told.output
    assert len(list(stray.names())) == 4
    assert at_the_terminal.invoke(main, ["media", "clean", "--commit"]).exit_code == 0
    assert len(list(stray.names())) == 3
    assert at_the_terminal.invoke(main, ["media", "check"]).exit_code == 0
    stray.delete(next(stray.names()).name)
    assert at_the_terminal.invoke(main, ["media", "check"]).exit_code == 1
