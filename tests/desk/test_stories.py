"""The demo's people move its cases along by real deeds: every state is there, and everything handled has somebody who handles it."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases.models import Case
from gridmap.cases.states import State
from gridmap.desk.loading.demo import load_demo
from gridmap.desk.loading.job import Terms
from gridmap.desk.stories import busiest, play
from gridmap.resources import data_dir
from gridmap.store.disk import Disk
from gridmap.store.files import Limits, read


def test_the_demo_town_is_at_work(session: Session, tmp_path: Path) -> None:
    now = clock.now()
    load_demo(session, data_dir(), Terms(actor="test", now=now, ahead=timedelta(minutes=10), nearest_limit_m=30.0))
    photo = read((data_dir() / "people" / "demo-after.jpg").read_bytes(), Limits(10**7, 10**8))
    played = play(session, now=now, storage=Disk(tmp_path), photo=photo, nearest_limit_m=30.0)
    assert played > 100
    found = Counter(session.scalars(select(Case.state)))
    assert found.keys() >= {
        State.DISCOVERED, State.CONSULTING, State.DISPATCHED, State.HANDLING, State.VERIFYING, State.RATING, State.CLOSED,
    }  # fmt: skip
    nobody = """
        SELECT count(*) FROM cases c WHERE state IN ('dispatched', 'handling')
        AND NOT EXISTS (SELECT FROM case_task t WHERE t.case_id = c.id AND t.ended_at IS NULL)
    """
    assert session.scalar(text(nobody)) == 0
    out_of_order = (
        "SELECT count(*) FROM case_task t JOIN cases c ON c.id = t.case_id WHERE t.given_at < c.received_at OR t.given_at > :now"
    )
    assert session.scalar(text(out_of_order), {"now": now}) == 0
    most = session.execute(
        text("SELECT grid_code, count(*) FROM cases WHERE closed_at IS NULL AND grid_code <> '' GROUP BY 1")
    ).all()
    assert busiest(session) == min(most, key=lambda row: (-row[1], row[0]))[0]
    assert any(tmp_path.rglob("*"))
