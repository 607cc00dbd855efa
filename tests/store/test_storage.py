"""Both storages keep the same promises: the disk, and a bucket of a real S3 server."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from pydantic import SecretStr

from gridmap.config import Settings
from gridmap.errors import Invalid, Unavailable
from gridmap.store.disk import Disk
from gridmap.store.files import digest_of
from gridmap.store.storage import Gone, Storage, opened
from tests.ports import free_port

DATA = b"a photo's bytes" * 1000
NAME = digest_of(DATA)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A local S3 server (moto) with the bucket `town`; its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with (tmp_path_factory.mktemp("s3") / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _make_bucket(address)
            yield address
        finally:
            process.terminate()
            process.wait(20)


def _make_bucket(address: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urlopen(Request(f"{address}/town", method="PUT"), timeout=5):  # noqa: S310  # our own address
                return
        except OSError:
            assert time.monotonic() < deadline, "the S3 server did not start"
            time.sleep(0.1)


def settings(home: Path, endpoint: str) -> Settings:
    return Settings(
        home=home,
        media_bucket="town",
        media_endpoint=endpoint,
        media_key_id=SecretStr("an id"),
        media_secret=SecretStr("a secret"),
    )


@pytest.fixture(params=["disk", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "disk":
        return opened(Settings(home=tmp_path))
    return opened(settings(tmp_path, request.getfixturevalue("server")))


def test_what_was_put_is_there(storage: Storage) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    storage.put(NAME, DATA)
    storage.put(f"{NAME}.thumb", b"small")
    assert storage.get(NAME) == DATA
    found = {stored.name: stored for stored in storage.names()}
    assert {name: stored.size for name, stored in found.items()} == {NAME: len(DATA), f"{NAME}.thumb": 5}
    assert all(stored.at >= before for stored in found.values())
    storage.delete(NAME)
    storage.delete(NAME)
    storage.delete(f"{NAME}.thumb")
    assert list(storage.names()) == []
    with pytest.raises(Gone):
        storage.get(NAME)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", NAME.upper(), f"{NAME}.svg", f"/{NAME}", f"{NAME}\n"])
def test_names_lead_nowhere_else(storage: Storage, name: str) -> None:
    for deed in (storage.get, storage.delete, lambda name: storage.put(name, b"x")):
        with pytest.raises(ValueError, match="no name"):
            deed(name)


def test_a_server_that_is_away_is_unavailable(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # Bound, but nobody listens.
        away = opened(settings(tmp_path, f"http://127.0.0.1:{nobody.getsockname()[1]}"))
        for deed in (lambda: away.get(NAME), lambda: away.put(NAME, DATA), lambda: list(away.names())):
            with pytest.raises(Unavailable):
                deed()


def test_a_bucket_needs_its_keys(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="KEY_ID"):
        opened(Settings(home=tmp_path, media_bucket="town"))


def test_on_disk_half_a_file_is_never_seen_and_old_ones_count_as_fresh_when_put_again(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    folder = tmp_path / NAME[:2]
    folder.mkdir()
    (folder / ".half-written").write_bytes(DATA[:10])
    assert list(disk.names()) == []
    disk.put(NAME, DATA)
    path = folder / NAME
    old = datetime.now(UTC).timestamp() - 90_000
    os.utime(path, (old, old))
    disk.put(NAME, DATA)
    assert path.stat().st_mtime > old + 80_000
    assert path.stat().st_mode & 0o077 == 0, "nobody else reads them"


def test_a_disk_that_takes_nothing_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file where the folder should be")
    with pytest.raises(Unavailable):
        Disk(tmp_path / "media").put(NAME, DATA)
