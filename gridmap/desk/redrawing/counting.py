"""The cases that went with the ground: each grid's share, beside its share of area."""

from collections import Counter
from collections.abc import Sequence

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.desk.redrawing.moving import Lying
from gridmap.grids.codes import LENGTHS

_KEEP = text(
    """
    UPDATE lineage l SET cases = row.cases, case_share = row.share
    FROM json_to_recordset(CAST(:rows AS json)) AS row (one text, other text, cases int, share float8)
    WHERE l.publication_id = :publication AND l.from_code = row.one AND l.to_code = row.other
    """
)
_NONE = text("UPDATE lineage SET cases = 0, case_share = NULL WHERE publication_id = :publication AND cases IS NULL")


def keep_cases(session: Session, publication: int, lying: Sequence[Lying]) -> None:
    """Write beside each share of ground how many cases lie on it (open, or of 90 days), and their share of the grid's."""
    rows = []
    for digits in LENGTHS.values():
        pairs = Counter((one.before[:digits], (one.after or "")[:digits]) for one in lying if one.before is not None)
        had: Counter[str] = Counter()
        for (before, _), cases in pairs.items():
            had[before] += cases
        rows += [{"one": a, "other": b, "cases": n, "share": n / had[a]} for (a, b), n in pairs.items()]
    session.execute(_KEEP, {"rows": orjson.dumps(rows).decode(), "publication": publication})
    session.execute(_NONE, {"publication": publication})
