"""A process that publishes and can be killed at it: says when everything is done but committed, and waits to be told to go on.

`python -m tests.desk.publisher URL`
"""

import sys

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gridmap.db import make_engine
from gridmap.desk.redrawing.enact import enact
from gridmap.grids.change import Change
from gridmap.grids.models import Publication
from tests import town
from tests.grids.publishes import redrawn


def say(words: str) -> None:
    """Tell whoever started this."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def main(url: str) -> None:
    """Turn the border between (1, 1) and (2, 1)."""
    with Session(make_engine(url)) as session:
        session.execute(text("SET LOCAL synchronous_commit = on"))  # As a real database has it; tests' are quicker without.
        drafts = {draft.code: draft for draft in town.drafts(**redrawn()) if draft.code in (town.micro(1, 1), town.micro(2, 1))}
        base = session.execute(select(func.max(Publication.id))).scalar_one()
        enact(session, Change(base, drafts), actor="test", nearest_limit_m=30.0)
        say("done but for the commit")
        sys.stdin.readline()
        session.commit()
        say("committed")
        sys.stdin.readline()


if __name__ == "__main__":
    main(sys.argv[1])
