"""What is measured: a durable database of its own with the demo town and the made-up city, and the real server on it."""

import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import orjson
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.accounts import keys
from gridmap.cases.categories import CategoryKey
from gridmap.cluster.server import open_cluster
from gridmap.cluster.tether import spawn
from gridmap.config import Settings
from gridmap.db import make_engine
from gridmap.desk.alerts import Incoming, Policy, receive
from gridmap.desk.loading.demo import load_demo
from gridmap.desk.loading.job import Terms
from gridmap.grids.publishing import publish
from gridmap.migrations import migrate
from gridmap.resources import CHECKOUT, data_dir
from tools.bench.city import City, demo_town
from tools.bench.wire import Wire

ACTOR = "bench"
_END = text(  # Void: the one end that a case just discovered may come to.
    """
    UPDATE cases SET state = 'void', closed_at = received_at + interval '1 day'
    WHERE source = 'bench-past' AND id % 10 <> 0
    """
)
_PEOPLE = (  # In each micro-grid of the city a head, and two members of the work team who share the day.
    """
    INSERT INTO person (ref, name, name_en)
    SELECT 'bench-' || code || '-' || n, '测试人员' || n, 'Bench person ' || n
    FROM grid CROSS JOIN generate_series(0, 2) AS n WHERE code LIKE :city AND length(code) = 15 ORDER BY n, code
    """,
    """
    INSERT INTO post (person_id, grid_code, kind, team, valid)
    SELECT p.id, split_part(p.ref, '-', 2), k.code, k.team, tstzrange(:since, NULL)
    FROM person p JOIN post_kind k
      ON k.code = CASE split_part(p.ref, '-', 3) WHEN '0' THEN 'micro_head' ELSE :kind END
    WHERE p.ref LIKE 'bench-%'
    """,
    """
    INSERT INTO shift (post_id, weekdays, starts, ends, valid)
    SELECT o.id, '{1,2,3,4,5,6,7}', h.starts, h.ends, daterange(CAST(:since AS date), NULL)
    FROM post o JOIN person p ON p.id = o.person_id
    JOIN (VALUES ('1', time '08:00', time '20:00'), ('2', time '20:00', time '08:00')) AS h (n, starts, ends)
      ON h.n = split_part(p.ref, '-', 3)
    WHERE p.ref LIKE 'bench-%'
    """,
)
_WAITING = text("SELECT EXISTS (SELECT FROM journal_pending)")
CHUNK = 1000
CITY_FOR = timedelta(days=95)  # After the demo town's zones, before the oldest case: each finds the boundaries of its day.


@dataclass(frozen=True)
class Size:
    """How much there is, and how long each measurement lasts."""

    grids: int
    cases: int
    repeats: int
    seconds: float
    streams: tuple[int, ...]
    batch: int
    history: int = 0
    points: int = 0


FULL = Size(
    grids=5000, cases=100_000, repeats=3, seconds=8.0, streams=(10, 200, 2000), batch=20_000, history=1_000_000, points=10_000_000
)
QUICK = Size(grids=50, cases=500, repeats=1, seconds=0.5, streams=(2, 10), batch=500, history=2000, points=20_000)


@dataclass(frozen=True)
class Stand:
    """The running server: where, the key to it, what alerts can be made of, the version of its database and where that is."""

    port: int
    key: str
    city: City
    categories: list[CategoryKey]
    database: str
    url: str


@contextmanager
def standing(size: Size) -> Iterator[Stand]:
    """A filled database and a server on it, gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="gridmap-bench-"))
    home.chmod(0o755)  # The database may run as another user.
    cluster = open_cluster(home)  # Durable: a commit that needs no disk would flatter every figure.
    try:
        url = cluster.ensure()
        engine = make_engine(url)
        city = City(size.grids)
        key, categories, version = _fill(engine, city, size)
        engine.dispose()
        with _serving(url, home) as port:
            yield Stand(port, key, city, categories, version, url)
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


def _fill(engine: Engine, city: City, size: Size) -> tuple[str, list[CategoryKey], str]:
    migrate(engine)
    settings = Settings()
    now = clock.now()
    with Session(engine) as session, session.begin():
        _tell("loading the demo town")
        ahead = timedelta(minutes=settings.future_minutes)
        load_demo(session, data_dir(), Terms(actor=ACTOR, now=now, ahead=ahead, nearest_limit_m=settings.nearest_limit_m))
        key = keys.create(session, ACTOR, actor=ACTOR)
    with Session(engine) as session, session.begin():
        _tell(f"publishing {size.grids:,} micro-grids")
        publish(session, demo_town(data_dir()) + city.drafts(), actor=ACTOR, at=now - CITY_FOR)
        rows = session.execute(text("SELECT standard_ref, kind, code FROM category ORDER BY id"))
        categories = [CategoryKey(*row) for row in rows]
    with Session(engine) as session, session.begin():
        _tell("giving each its people")
        kind = session.execute(text("SELECT min(code) FROM post_kind WHERE team = 'work'")).scalar_one()
        for statement in _PEOPLE:
            given = {"city": f"{city.codes[0][:9]}%", "since": now - CITY_FOR, "kind": kind}
            session.execute(text(statement), given)
    _tell(f"opening {size.cases:,} cases")
    policy = Policy(settings.nearest_limit_m, settings.duplicate_radius_m, settings.duplicate_hours)
    _open_cases(engine, city, categories, size.cases, policy)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        version = connection.execute(text("SELECT version() || ' PostGIS ' || postgis_lib_version()")).scalar_one()
    return key, categories, str(version).split(" on ")[0] + ", PostGIS " + str(version).rsplit(" ", 1)[1]


def _open_cases(engine: Engine, city: City, categories: list[CategoryKey], how_many: int, policy: Policy) -> None:
    """Evenly over the 90 days before now, the way every alert goes; then nine of ten are ended."""
    begun = clock.now() - timedelta(days=90)
    for first in range(0, how_many, CHUNK):
        at = begun + timedelta(days=90) * (first / how_many)
        numbers = range(first, min(first + CHUNK, how_many))
        with Session(engine) as session, session.begin(), clock.frozen(at):
            places = city.places(len(numbers), f"past-{first}").tolist()
            alerts = [_incoming(n, at, place, categories[n % len(categories)]) for n, place in zip(numbers, places, strict=True)]
            receive(session, alerts, actor=ACTOR, policy=policy)
    with Session(engine) as session, session.begin():
        session.execute(_END)


def _incoming(number: int, at: datetime, place: tuple[float, float], category: CategoryKey) -> Incoming:
    lon, lat = place
    payload = orjson.dumps({"source": "bench-past", "source_id": str(number)}).decode()
    return Incoming("bench-past", str(number), at, payload, category, lon=lon, lat=lat, text="测试案件 · made up by the bench")


@contextmanager
def _serving(url: str, home: Path) -> Iterator[int]:
    """gunicorn as `gridmap run` starts it, and the relay."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = int(taken.getsockname()[1])
    env = {
        **os.environ,
        "GRIDMAP_DATABASE_URL": url,
        "GRIDMAP_HOME": str(home),
        "GRIDMAP_SECRET_KEY": "bench",
        "GRIDMAP_SIMULATE": "0",
    }
    config = ("--config", "python:gridmap.cli.web_server", "--bind", f"127.0.0.1:{port}")
    web = spawn([sys.executable, "-m", "gunicorn", *config, "gridmap.app:create_app()"], env=env, cwd=CHECKOUT)
    relay = spawn([sys.executable, "-m", "gridmap", "relay"], env=env, cwd=CHECKOUT)
    try:
        _wait_until_ready(port)
        yield port
    finally:
        for process in (web, relay):
            process.send_signal(signal.SIGTERM)
        for process in (web, relay):
            process.wait(20)


def calm(stand: Stand) -> None:
    """Wait until the relay has placed all that is written: what measures next would count its work as its own."""
    deadline = time.monotonic() + 60
    engine = make_engine(stand.url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while connection.execute(_WAITING).scalar_one():
            if time.monotonic() > deadline:
                raise TimeoutError("the relay did not place all events within a minute")
            time.sleep(0.1)
    engine.dispose()


def _wait_until_ready(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with Wire(port) as wire:
                if wire.get("/readyz").status == 200:
                    return
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise TimeoutError("the server did not become ready within a minute")
        time.sleep(0.1)


def _tell(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)
