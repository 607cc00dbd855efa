"""A throw-away cluster of its own: these tests stop and break it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridmap.cluster.server import Cluster, open_cluster, temporary_cluster


@pytest.fixture(scope="module")
def running() -> Iterator[Cluster]:
    with temporary_cluster() as cluster:
        yield cluster


@pytest.fixture
def open_home() -> Iterator[Path]:
    """A folder other users may enter (pytest's own are closed to them, and root hands the server to one)."""
    home = Path(tempfile.mkdtemp(prefix="gridmap-test-"))
    home.chmod(0o755)
    yield home
    shutil.rmtree(home)


@pytest.fixture
def cluster(open_home: Path) -> Iterator[Cluster]:
    """One not made yet."""
    cluster = open_cluster(open_home, durable=False)
    yield cluster
    cluster.stop()
