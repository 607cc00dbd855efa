"""A browser for the whole of the journeys, towns on the air, and desks in them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy.orm import Session

from gridmap.cluster.server import Cluster
from gridmap.db import make_engine
from gridmap.desk.loading.demo import load_demo
from gridmap.desk.loading.job import Terms
from gridmap.desk.stories import play
from gridmap.resources import data_dir
from gridmap.store.disk import Disk
from gridmap.store.files import Limits, read
from tests import town
from tests.conftest import copy_of
from tests.journeys.operator_desk import Desk
from tests.journeys.phones import Crew, Hand, gather, phone
from tests.journeys.station import Station
from tests.ports import free_port
from tools.setting_up.browser import find_chromium

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_copies = count(1)

Serve = Callable[..., AbstractContextManager[Station]]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium with a profile of its own that is gone afterwards."""
    program = find_chromium()
    assert program, "no Chromium: `make test` brings one, or GRIDMAP_CHROMIUM says where it is"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def serve(cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory) -> Serve:
    """`serve(found, **settings)`: the program on a fresh database in which `found(session)` put a town; at `port`, if told."""

    @contextmanager
    def serving(found: Callable[[Session], object], *, port: int | None = None, **settings: str) -> Iterator[Station]:
        name = f"gridmap_journey_{next(_copies)}"
        station = Station(
            make_engine(copy_of(cluster, template, name)), tmp_path_factory.mktemp(name), settings, port or free_port()
        )
        try:
            with station.deed() as session:
                found(session)
            station.make_key()
            station.start()
            yield station
        finally:
            station.stop()
            station.engine.dispose()

    return serving


def tiny(session: Session) -> None:
    """The tiny town, one category, one camera, one service point."""
    town.found(session)
    town.category(session)
    town.camera(session, at=(0.5, 0.45))
    town.service_point(session, at=(0.55, 0.5), keeper="示例甲", address="演示路 1 号")


def demo(session: Session) -> None:
    """The demo town, 600 cases, its open ones moved along."""
    now = datetime.now(UTC)
    load_demo(session, data_dir(), Terms(actor="test", now=now))
    photo = read((data_dir() / "people" / "demo-after.jpg").read_bytes(), Limits(10**7, 10**8))
    with TemporaryDirectory() as folder:  # No journey of the demo town looks at the photo itself.
        play(session, now=now, storage=Disk(Path(folder)), photo=photo, nearest_limit_m=30.0)


@pytest.fixture(scope="module")
def station(serve: Serve) -> Iterator[Station]:
    """The tiny town on the air."""
    with serve(tiny) as station:
        yield station


@pytest.fixture(scope="package")
def demo_station(serve: Serve) -> Iterator[Station]:
    """The demo town on the air; its journeys only look."""
    with serve(demo) as station:
        yield station


@pytest.fixture
def sit_down(browser: Browser) -> Iterator[Callable[..., Desk]]:
    """`sit_down(station, **context)`: a desk of its own, like another person's computer; Chinese, 1366 × 768, unless told."""
    contexts = []

    def sitting(station: Station, **given: Any) -> Desk:
        facts = {"locale": "zh-CN", "viewport": {"width": 1366, "height": 768}, "timezone_id": "Asia/Shanghai"}
        context = browser.new_context(**(facts | given))
        contexts.append(context)
        context.add_cookies([{"name": "gridmap_session", "value": station.cookie, "url": station.origin}])
        return Desk(context.new_page(), station.origin)

    yield sitting
    for context in contexts:
        context.close()


@pytest.fixture
def desk(station: Station, sit_down: Callable[..., Desk]) -> Desk:
    """A desk in the tiny town, not opened yet."""
    return sit_down(station)


@pytest.fixture
def demo_desk(demo_station: Station, sit_down: Callable[..., Desk]) -> Desk:
    """A desk in the demo town, not opened yet."""
    return sit_down(demo_station)


@pytest.fixture(scope="module")
def people(station: Station) -> Crew:
    """A member and a head of the tiny town."""
    return gather(station)


@pytest.fixture
def hand(browser: Browser, station: Station) -> Iterator[Hand]:
    """`hand(cookie, **context)`: a phone with its page open."""
    contexts = []

    def given(cookie: str, **facts: object) -> Desk:
        context, desk = phone(browser, station, cookie, **facts)
        contexts.append(context)
        desk.page.goto(f"{station.origin}/m")
        expect(desk.see("strip")).to_have_attribute("data-state", "sent")
        return desk

    yield given
    for context in contexts:
        context.close()


@pytest.fixture
def file_of(tmp_path: Path) -> Callable[[str, str], Path]:
    """`file_of(name, text)`: a file on disk with this text."""

    def written(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return written
