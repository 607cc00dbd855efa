"""Lines of a file about people: read, and checked one by one and against each other, before anything is compared or written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from gridmap.desk.loading import dated
from gridmap.desk.loading.cells import Cells
from gridmap.desk.loading.job import Job
from gridmap.desk.loading.standing import Standing
from gridmap.errors import Invalid, msg
from gridmap.grids.models import Grid
from gridmap.people import appointing, registering
from gridmap.people.models import Department, DutyKind, PostKind

_TEXTS = {"name": 100, "name_en": 100, "phone": 40, "email": 200}


@dataclass
class Line:
    """A row, and what is to be done about it."""

    cells: Cells
    ref: str
    facts: dict[str, Any]
    grid: str = ""
    kind: PostKind | None = None
    duties: tuple[str, ...] | None = None
    department: str = ""
    leader: bool = False
    since: datetime | None = None
    until: datetime | None = None
    left_at: datetime | None = None
    old: Standing | None = None
    ends: bool = False
    given: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    @property
    def has_post(self) -> bool:
        """Whether it is about a post in a grid or a place in a department, and not about somebody alone."""
        return bool(self.kind or self.department)

    @property
    def key(self) -> tuple[str, str, str]:
        """Whose post it is: staff number, grid or department, kind of post."""
        return self.ref, self.grid or f"department {self.department}", self.kind.code if self.kind else ""

    def valid(self, now: datetime) -> Range[datetime]:
        """From when until when, as the file has it."""
        return Range(self.since or now, self.until)


def read(job: Job) -> list[Line]:
    """The job's rows as lines, each checked for itself."""
    kinds, duties = _words(job, PostKind), {w: d.code for w, d in _words(job, DutyKind).items()}
    lines = [_line(cells, kinds, duties) for cells in job.cells("people")]
    grids = {grid.code: grid for grid in job.session.scalars(select(Grid).where(Grid.code.in_({line.grid for line in lines})))}
    known = set(job.session.scalars(select(Department.code).where(Department.closed_at.is_(None))))
    for line in lines:
        _check_places(line, grids, known)
    return lines


def _words(job: Job, model: type[Any]) -> dict[str, Any]:
    """What people write for a kind -> the kind: its code, its names."""
    rows = job.session.scalars(select(model)).all()
    return {word.lower(): row for row in rows for word in (row.name_en, row.name, row.code)}


def _line(cells: Cells, kinds: dict[str, PostKind], duties: dict[str, str]) -> Line:
    ref = cells.text("ref", needed=True, most=40)
    if ref:
        try:
            registering.check_ref(ref)
        except Invalid as error:
            cells.wrong("ref", error.text, **error.values)
    facts: dict[str, Any] = {"ref": ref, "name": cells.text("name", needed=True, most=_TEXTS["name"])}
    facts |= {name: cells.text(name, most=most) for name, most in _TEXTS.items() if name != "name" and cells.has(name)}
    if cells.has("phone_public"):
        facts["phone_public"] = cells.choice("phone_public", dated.TRUTHS) == "true"
    line = Line(cells, ref, facts, grid=cells.text("grid", most=15), department=cells.text("department", most=40))
    line.kind = _known(cells, "post", cells.text("post"), kinds)
    line.leader = cells.choice("leader", dated.TRUTHS) == "true"
    line.since, line.until, line.left_at = (dated.moment(cells, name) for name in ("since", "until", "left_at"))
    if cells.has("duties"):
        found = [_known(cells, "duties", word, duties) for word in cells.listing("duties", most=40) if word]
        line.duties = tuple(sorted({code for code in found if code is not None}))
    return line


def _known(cells: Cells, name: str, word: Any, words: dict[str, Any]) -> Any:
    if not word:
        return None
    found = words.get(str(word).lower())
    if found is None:
        cells.wrong(
            name, msg("%(field)s: nothing is called '%(value)s'; `gridmap load kinds` brings new ones in"), value=str(word)[:40]
        )
    return found


def _check_places(line: Line, grids: dict[str, Grid], known: set[str]) -> None:
    cells = line.cells
    if bool(line.grid) != bool(cells.text("post")):
        cells.wrong("post", msg("A post needs its grid, and a grid its post"))
    if line.grid and line.department:
        cells.wrong("department", msg("A line is about a post in a grid or about a department, not both"))
    if line.grid and line.grid not in grids:
        cells.wrong("grid", msg("There is no grid %(grid)s"), grid=line.grid)
    elif line.grid and line.kind is not None:
        _check_level(line, grids[line.grid], line.kind)
    if line.department and line.department not in known:
        cells.wrong("department", msg("There is no department %(value)s"), value=line.department)
    if line.since and line.until and line.until <= line.since:
        cells.wrong("until", msg("It ends before it begins"))


def _check_level(line: Line, grid: Grid, kind: PostKind) -> None:
    if grid.retired_at is not None and (line.until is None or line.until > grid.retired_at):
        line.cells.wrong("grid", msg("The grid %(code)s is retired"), code=grid.code)
    try:
        appointing.check_level(grid, kind)
    except Invalid as error:
        line.cells.wrong("post", error.text, **error.values)


def check_people(lines: Sequence[Line]) -> None:
    """Every line about somebody says the same of them."""
    firsts: dict[str, Line] = {}
    for line in lines:
        first = firsts.setdefault(line.ref, line)
        for name, value in line.facts.items():
            if first.facts.get(name, value) != value:
                line.cells.wrong(
                    name,
                    msg("%(field)s is not the same as in %(first)s, which is about the same person"),
                    first=first.cells.number,
                )
        if line.left_at != first.left_at:
            line.cells.wrong(
                "left_at",
                msg("%(field)s is not the same as in %(first)s, which is about the same person"),
                first=first.cells.number,
            )
