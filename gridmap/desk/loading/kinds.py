"""Load the kinds of posts and of duties, told apart by their columns."""

from collections.abc import Iterable
from typing import Any

from gridmap.desk.loading.cells import Cells, Firsts
from gridmap.desk.loading.dated import TRUTHS
from gridmap.desk.loading.fields import known
from gridmap.desk.loading.job import Job
from gridmap.desk.loading.upserting import on_record, upsert
from gridmap.errors import Invalid, msg
from gridmap.journal.write import Event, write
from gridmap.people.appointing import HEADS
from gridmap.people.models import DutyKind, PostKind, Team

_TEAMS = {"管理": "management", "工作": "work", "志愿": "volunteer"}
_TEAMS |= {f"{word}团队": team for word, team in _TEAMS.items()} | {str(team): str(team) for team in Team}
_MODELS: dict[str, type[PostKind] | type[DutyKind]] = {"post-kinds": PostKind, "duty-kinds": DutyKind}


def table_of(columns: Iterable[str]) -> str:
    """Which of the two tables these columns are of."""
    names = dict.fromkeys(columns)
    for table, needed in (("post-kinds", "team"), ("duty-kinds", "head_function")):
        if {needed, "code"} <= known(table, names).keys():
            return table
    raise Invalid(
        msg("No table of kinds has these columns: kinds of posts have team, kinds of duties head_function"), field="file"
    )


def load(job: Job) -> None:
    """Bring the job's rows in; its report tells how it went."""
    table = table_of(job.rows[0].properties if job.rows else ())
    firsts = Firsts()
    rows = [(cells, _facts(cells, table, firsts)) for cells in job.cells(table)]
    job.collect(cells for cells, _ in rows)
    if job.report.refuses:
        return
    model = _MODELS[table]
    done = upsert(
        job.session, model, "code", [f for _, f in rows], on_record(job.session, model, "code", [f["code"] for _, f in rows])
    )
    report = job.report
    report.new, report.changed, report.unchanged = len(done.new), len(done.changed), len(done.unchanged)
    if done.new or done.changed:
        data = {"table": table, "new": report.new, "changed": report.changed, "codes": [*done.new, *done.changed]}
        write(job.session, [Event("people", "kinds.loaded", table, job.terms.actor, data)])


def _facts(cells: Cells, table: str, firsts: Firsts) -> dict[str, Any]:
    facts: dict[str, Any] = {"code": cells.text("code", needed=True, most=60)}
    firsts.check(cells, "code", facts["code"])
    facts |= {name: cells.text(name, needed=True, most=100) for name in ("name", "name_en")}
    facts["place"] = int(cells.number_of("place", 0, 30_000) or 0)
    truth = "phone_by_office" if table == "post-kinds" else "head_function"
    facts[truth] = cells.choice(truth, TRUTHS) == "true"
    if table == "post-kinds":
        facts["team"] = cells.choice("team", _TEAMS)
        if (facts["team"] is None) != (facts["code"] in HEADS.values()):
            cells.wrong(
                "team", msg("Heads (%(heads)s) are in no team, everybody else is in one"), heads=", ".join(HEADS.values())
            )
    return facts
