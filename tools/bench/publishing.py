"""`python -m tools.bench.publishing [--grids N] [--cases N]`: what one split costs in a city, with the cases that go along.

Its own database, filled by SQL, since a million alerts would take minutes; the publish is the one the planners' desk does.
Nothing else should run on the machine meanwhile.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import Polygon
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.accounts.rights import TOWN_DIGITS
from gridmap.cluster.server import open_cluster
from gridmap.db import make_engine
from gridmap.desk.redrawing.enact import enact, roll_back
from gridmap.desk.redrawing.impact import preview
from gridmap.grids.change import Change, GridDraft
from gridmap.grids.models import Boundary, Publication
from gridmap.grids.publishing import publish
from gridmap.migrations import migrate
from tools.bench.city import SEED, City
from tools.bench.figures import Figure, figure, table
from tools.bench.fixture import Size, Stand

ACTOR = "bench"
LIMIT_M = 30.0
PROMISE_S = 2.0

# Around each grid's label, a tenth of them open; enough of a route for a publish to read.
_CASES = text(
    """
    INSERT INTO cases (source, source_id, location, occurred_at, received_at, state, closed_at, due_at, grid_code, route)
    SELECT 'bench', b.grid_code || '-' || n,
           ST_SetSRID(ST_MakePoint(ST_X(b.label) + (random() - 0.5) * 0.003, ST_Y(b.label) + (random() - 0.5) * 0.0026), 4326),
           at, at, CASE WHEN n % 10 = 0 THEN 'discovered' ELSE 'closed' END,
           CASE WHEN n % 10 = 0 THEN NULL ELSE at + interval '1 day' END, at + interval '2 days', b.grid_code,
           json_build_object('rule', 'covers', 'basis', 'location', 'grid', b.grid_code)
    FROM boundary b CROSS JOIN generate_series(CAST(:first AS int), :last) AS n
    CROSS JOIN LATERAL (SELECT now() - random() * interval '180 days' AS at) AS moment
    WHERE b.level = 'micro'
    """
)


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.publishing", description=__doc__)
    parser.add_argument("--grids", type=int, default=50_000)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    with city_alone(City(given.grids), given.cases // given.grids) as engine:
        print(table(_figures(engine, given.repeats)))


@contextmanager
def city_alone(city: City, each: int) -> Iterator[Engine]:
    """A database of its own with nothing but a city in it, and `each` cases a micro-grid; gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="gridmap-bench-"))
    home.chmod(0o755)  # The database may run as another user.
    cluster = open_cluster(home)
    try:
        engine = make_engine(cluster.ensure())
        _fill(engine, city, each)
        yield engine
        engine.dispose()
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


def _fill(engine: Engine, city: City, each: int) -> None:
    migrate(engine)
    with Session(engine) as session, session.begin():
        _tell(f"publishing {len(city.codes):,} micro-grids as a whole")
        began = time.perf_counter()
        publish(session, city.drafts(), actor=ACTOR)
        _tell(f"took {time.perf_counter() - began:.0f} s; writing {len(city.codes) * each:,} cases")
    add_cases(engine, 1, each)


def add_cases(engine: Engine, first: int, last: int) -> None:
    """Give every micro-grid the cases of these numbers, those that divide by ten open, past the program's own way in."""
    with Session(engine) as session, session.begin():
        session.execute(_CASES, {"first": first, "last": last})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def splits(stand: Stand, size: Size) -> list[Figure]:
    """One split in the stand's city of micro-grids, with the open cases that go along."""
    engine = make_engine(stand.url)
    try:
        return _figures(engine, size.repeats, stand.city.codes[0][:TOWN_DIGITS])
    finally:
        engine.dispose()


def _figures(engine: Engine, repeats: int, town: str = "") -> list[Figure]:
    chance = np.random.default_rng(SEED)
    split, seen, back = [], [], []
    for _ in range(repeats):
        with Session(engine) as session, session.begin():
            change = _split(session, chance, town)
            seen.append(
                _timed(lambda s=session, c=change: preview(s, partial(enact, s, c, actor=ACTOR, nearest_limit_m=LIMIT_M)))
            )
        with Session(engine) as session:
            began = time.perf_counter()
            done = enact(session, change, actor=ACTOR, nearest_limit_m=LIMIT_M)
            session.commit()
            split.append(time.perf_counter() - began)
        with Session(engine) as session:
            began = time.perf_counter()
            roll_back(session, done.published.publication or 0, actor=ACTOR, nearest_limit_m=LIMIT_M)
            session.commit()
            back.append(time.perf_counter() - began)
    return [
        figure("one grid split and published", split, "s", PROMISE_S),
        figure("the same, seen before", seen, "s"),
        figure("the same, rolled back", back, "s"),
    ]


def _split(session: Session, chance: np.random.Generator, town: str) -> Change:
    """One grid of a town ("": of any) cut along the diagonal between two of its corners."""
    in_force = select(Boundary.grid_code).where(Boundary.level == "micro", func.upper_inf(Boundary.valid))
    codes = session.scalars(in_force.where(Boundary.grid_code.startswith(town))).all()
    while True:
        code = str(chance.choice(codes))
        asked = select(Boundary.geom).where(Boundary.grid_code == code, func.upper_inf(Boundary.valid))
        corners = list(session.scalars(asked).one().geoms[0].exterior.coords)[:-1]
        half = len(corners) // 2
        parts = Polygon(corners[: half + 1]), Polygon([*corners[half:], corners[0]])
        new = f"{code[:12]}{int(chance.integers(500, 999)):03d}"
        if shapely.is_valid(parts).all() and new not in codes:
            break
    drafts = {code: GridDraft(code, "测试网格", shape=parts[0]), new: GridDraft(new, "测试新网格", shape=parts[1])}
    base = session.execute(select(func.max(Publication.id))).scalar_one()
    return Change(base, drafts, sources={new: (code,)})


def _timed(deed: object) -> float:
    began = time.perf_counter()
    deed()  # type: ignore[operator]  # called with what it was made of
    return time.perf_counter() - began


def _tell(what: str) -> None:
    print(f"… {clock.now():%H:%M:%S} {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
