"""Load the tables categories hang on, told apart by their columns: categories, time limits, vendors' codes."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from gridmap.cases.categories import CategoryKey, catalogue
from gridmap.cases.deadlines import Unit
from gridmap.cases.models import Category, SourceCode, TimeLimit
from gridmap.desk.loading.cells import Cells, Firsts
from gridmap.desk.loading.fields import known
from gridmap.desk.loading.job import Job
from gridmap.errors import Invalid, msg
from gridmap.journal.write import Event, write

_KINDS = {"部件": "component", "事件": "matter", "事项": "matter", "component": "component", "matter": "matter"}
_UNITS = {"紧急工作时": "urgent_hour", "工作时": "working_hour", "工作日": "working_day", "自然日": "calendar_day"}
_UNITS |= {str(unit): str(unit) for unit in Unit}
_TRUTHS = dict.fromkeys(("true", "1", "yes", "是", "默认"), "true") | dict.fromkeys(("false", "0", "no", "否"), "false")
Facts = dict[str, Any]


def table_of(columns: Iterable[str]) -> str:
    """Which of the three tables these columns are of: categories, time-limits or source-codes."""
    names = dict.fromkeys(columns)
    for table, needed in (("source-codes", "vendor_code"), ("time-limits", "value"), ("categories", "name_zh")):
        found = known(table, names)
        if needed in found and "code" in found:
            return table
    raise Invalid(
        msg("No category table has these columns: categories have name_zh, time limits value, vendors' codes vendor_code"),
        field="file",
    )


def load(job: Job) -> None:
    """Bring the job's rows in; its report tells how it went."""
    table = table_of(job.rows[0].properties if job.rows else ())
    read, key, bring = _TABLES[table]
    firsts = Firsts()
    rows = [(cells, read(cells)) for cells in job.cells(table)]
    for cells, facts in rows:
        if not cells.faults:
            firsts.check(cells, "code", tuple(str(facts[name]) for name in key))
    if table != "categories":
        _refer(job.session, rows)
    if table == "time-limits":
        _check_defaults(rows)
    job.collect(cells for cells, _ in rows)
    if job.report.refuses:
        return
    bring(job, [facts for _, facts in rows])
    report = job.report
    if report.new or report.changed:
        data = {"table": table, "new": report.new, "changed": report.changed, "unchanged": report.unchanged}
        write(job.session, [Event("categories", "categories.loaded", table, job.terms.actor, data)])


def _key(cells: Cells) -> Facts:
    kind = cells.choice("kind", _KINDS)
    if kind is None and not cells.text("kind"):
        cells.wrong("kind", msg("%(field)s is missing"))
    return {
        "standard_ref": cells.text("standard_ref", needed=True, most=100),
        "kind": kind,
        "code": cells.text("code", needed=True, most=40),
    }


def _category(cells: Cells) -> Facts:
    facts = _key(cells)
    facts |= {name: cells.text(name, needed=name in ("group_zh", "name_zh"), most=200) for name in ("group_zh", "name_zh")}
    return facts | {name: cells.text(name, most=200) for name in ("group_en", "name_en")}


def _limit(cells: Cells) -> Facts:
    facts = _key(cells)
    facts["city"] = cells.text("city", needed=True, most=100)
    facts |= {name: cells.text(name, most=1000) for name in ("condition_zh", "condition_en", "limit_class", "source")}
    facts["value"] = cells.number_of("value", 0.01, 10_000)
    if facts["value"] is None and not any(fault.field == "value" for fault in cells.faults):
        cells.wrong("value", msg("%(field)s is missing"))
    facts["unit"] = cells.choice("unit", _UNITS)
    if facts["unit"] is None and not cells.text("unit"):
        cells.wrong("unit", msg("%(field)s is missing"))
    facts["is_default"] = _truth(cells)
    return facts


def _truth(cells: Cells) -> bool:
    if isinstance(cells.values.get("is_default"), bool):
        return bool(cells.values["is_default"])
    return cells.choice("is_default", _TRUTHS) == "true"


def _source_code(cells: Cells) -> Facts:
    facts = _key(cells)
    facts |= {name: cells.text(name, needed=True, most=100) for name in ("vendor", "vendor_code")}
    return facts | {"vendor_name": cells.text("vendor_name", most=200)}


def _refer(session: Session, rows: Sequence[tuple[Cells, Facts]]) -> None:
    """Replace the three parts of the category's key by its id."""
    keys = [CategoryKey(facts.pop("standard_ref"), facts.pop("kind") or "", facts.pop("code")) for _, facts in rows]
    found = catalogue(session, keys).by_key
    for (cells, facts), key in zip(rows, keys, strict=True):
        if key in found:
            facts["category_id"] = found[key].id
        elif not cells.faults:
            cells.wrong("code", msg("There is no category %(category)s"), category=" ".join(key))


def _check_defaults(rows: Sequence[tuple[Cells, Facts]]) -> None:
    firsts: dict[int, int] = {}
    for cells, facts in rows:
        if facts["is_default"] and "category_id" in facts:
            first = firsts.setdefault(facts["category_id"], cells.number)
            if first != cells.number:
                cells.wrong("is_default", msg("Its category has a default already in %(first)s"), first=first)


def _sort(job: Job, rows: Sequence[Facts], model: type[Any], key: Sequence[str]) -> tuple[list[Facts], list[Facts]]:
    """New rows, and changed ones with the `id` of the old."""
    old = {tuple(getattr(row, name) for name in key): row for row in job.session.scalars(select(model))}
    new, changed = [], []
    for facts in rows:
        standing = old.get(tuple(facts[name] for name in key))
        if standing is None:
            new.append(facts)
        elif any(getattr(standing, name) != value for name, value in facts.items()):
            changed.append(facts | ({"_id": standing.id} if hasattr(standing, "id") else {}))
    job.report.new, job.report.changed = len(new), len(changed)
    job.report.unchanged = len(rows) - len(new) - len(changed)
    return new, changed


def _bring_categories(job: Job, rows: Sequence[Facts]) -> None:
    new, changed = _sort(job, rows, Category, ("standard_ref", "kind", "code"))
    _write(job.session, Category, new, changed, ("standard_ref", "kind", "code"))


def _bring_limits(job: Job, rows: Sequence[Facts]) -> None:
    new, changed = _sort(job, rows, TimeLimit, ("category_id", "city", "condition_zh"))
    # At most one default a category: the file's own takes the place of the one that stands.
    taken = [facts["category_id"] for facts in rows if facts["is_default"]]
    kept = {facts["_id"] for facts in changed}
    before = job.session.scalars(select(TimeLimit.id).where(TimeLimit.is_default, TimeLimit.category_id.in_(taken))).all()
    moved = {facts["category_id"] for facts in [*new, *changed] if facts["is_default"]}
    job.session.execute(
        update(TimeLimit)
        .where(TimeLimit.is_default, TimeLimit.id.in_(before), TimeLimit.category_id.in_(moved) | TimeLimit.id.in_(kept))
        .values(is_default=False)
    )
    _write(job.session, TimeLimit, new, changed, ("category_id", "city", "condition_zh"))


def _bring_codes(job: Job, rows: Sequence[Facts]) -> None:
    new, changed = _sort(job, rows, SourceCode, ("vendor", "vendor_code"))
    _write(job.session, SourceCode, new, changed, ("vendor", "vendor_code"))


def _write(session: Session, model: type[Any], new: Sequence[Facts], changed: Sequence[Facts], key: Sequence[str]) -> None:
    if new:
        session.execute(insert(model), [dict(facts) for facts in new])
    if changed:
        table = model.__table__
        names = [name for name in changed[0] if name not in key and name != "_id"]
        statement = update(table).where(*(table.c[name] == bindparam(f"_{name}") for name in key))
        statement = statement.values({name: bindparam(f"_{name}") for name in names})
        session.execute(statement, [{f"_{name}": facts[name] for name in (*key, *names)} for facts in changed])
    session.expire_all()


_TABLES: dict[str, tuple[Callable[[Cells], Facts], Sequence[str], Callable[[Job, Sequence[Facts]], None]]] = {
    "categories": (_category, ("standard_ref", "kind", "code"), _bring_categories),
    "time-limits": (_limit, ("standard_ref", "kind", "code", "city", "condition_zh"), _bring_limits),
    "source-codes": (_source_code, ("vendor", "vendor_code"), _bring_codes),
}
