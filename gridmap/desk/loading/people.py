"""Load people with their posts and places in departments: one line a post, so that somebody with three has three lines.

People are known by staff number, posts by person, grid and kind. What the file leaves out stays as it is: nobody is dismissed by
being absent from a list. A post the file gives another end is ended; one that begins in the past needs the note of the load.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import Range

from gridmap.desk.loading.job import MOST_IDS, Job
from gridmap.desk.loading.people_lines import Line, check_people, read
from gridmap.desk.loading.standing import Standing, standing
from gridmap.desk.loading.upserting import on_record, upsert
from gridmap.errors import msg
from gridmap.journal.write import Event, write
from gridmap.people import appointing, departments, ending, registering
from gridmap.people.models import Department, DepartmentPost, Duty, Person, Post
from gridmap.people.periods import told


def load(job: Job) -> None:
    """Bring the job's rows in; its report tells how it went."""
    lines = read(job)
    check_people(lines)
    _compare(job, lines)
    people = {line.ref: line.facts for line in lines}
    known = on_record(job.session, Person, "ref", list(people))
    gone = {ref: person.left_at for ref, person in known.items()}  # type: ignore[attr-defined]  # they are people
    for line in lines:
        if line.left_at and gone.get(line.ref, line.left_at) not in (None, line.left_at):
            line.cells.wrong("left_at", msg("They have left already"))
    job.collect(line.cells for line in lines)
    if job.report.refuses:
        return
    done = upsert(job.session, Person, "ref", list(people.values()), known)
    _write(job, lines)
    left = _leave(job, lines, gone)
    _count(job, lines, {*done.new}, {*done.changed, *left})


def _compare(job: Job, lines: Sequence[Line]) -> None:
    """Find the post each line is about, and refuse what would overlap."""
    there = standing(
        job.session, {line.ref for line in lines}, {line.grid for line in lines}, {line.department for line in lines}
    )
    now = job.terms.now
    meant: dict[int, int] = {}
    for line in (line for line in lines if line.has_post and not line.cells.faults):
        line.old = there.find(line.key, line.since, now)
        if line.old is not None and (first := meant.setdefault(id(line.old), line.cells.number)) != line.cells.number:
            line.cells.wrong("post", msg("%(value)s stands there already in %(first)s"), value=" ".join(line.key), first=first)
        elif line.old is not None:
            _compare_old(line, line.old, now)
    for line in lines:
        if line.has_post and line.old is None and not line.cells.faults:
            clash = there.clash(
                line.key, line.leader if line.department else line.kind is not None and line.kind.team is None, line.valid(now)
            )
            if clash is not None:
                line.cells.wrong(
                    "post", msg("%(name)s holds it in that time: %(period)s"), name=clash.name, period=told(clash.valid)
                )
            elif line.since is not None and line.since < now and not job.terms.note.strip():
                line.cells.wrong("since", msg("It begins in the past: say why with --note"))
            else:
                there.add(line.key, line.facts["name"], line.leader, line.kind, line.valid(now))


def _compare_old(line: Line, old: Standing, now: datetime) -> None:
    if line.cells.has("until") and line.until != old.valid.upper:
        if old.valid.upper is not None or line.until is None:
            line.cells.wrong("until", msg("What has an end on record keeps it: %(period)s"), period=told(old.valid))
        elif old.valid.lower is not None and line.until <= old.valid.lower:
            line.cells.wrong("until", msg("It ends before it begins"))
        else:
            line.ends = True
            old.valid = Range(old.valid.lower, line.until)
    if line.department and line.cells.has("leader") and line.leader != old.leader:
        line.cells.wrong("leader", msg("They belong to it already; end that first"))
    if line.duties is None or line.department or set(line.duties) == set(old.duties):
        return
    if not old.valid.contains(now):
        line.cells.wrong("duties", msg("The post is not held now, so its duties stay"))
    line.given = sorted(set(line.duties) - set(old.duties))
    line.taken = sorted(set(old.duties) - set(line.duties))


def _write(job: Job, lines: Sequence[Line]) -> None:
    session, actor, note = job.session, job.terms.actor, job.terms.note or "load"
    for line in lines:
        if line.old is None:
            continue
        for kind in line.given:
            appointing.give_duty(session, line.old.id, kind, reason=note, actor=actor)
        for kind in line.taken:
            appointing.take_duty(session, line.old.id, kind, reason=note, actor=actor)
        if line.ends:
            end = departments.take_out if line.department else ending.end_post
            end(session, line.old.id, at=line.until, reason=note, actor=actor)
    session.flush()
    ids = {
        ref: id_
        for id_, ref in session.execute(select(Person.id, Person.ref).where(Person.ref.in_({line.ref for line in lines})))
    }
    _write_posts(job, [line for line in lines if line.kind is not None and line.old is None], ids)
    offices = {code: id_ for id_, code in session.execute(select(Department.id, Department.code))}
    places = [
        {
            "person_id": ids[line.ref],
            "department_id": offices[line.department],
            "leader": line.leader,
            "valid": line.valid(job.terms.now),
        }
        for line in lines
        if line.department and line.old is None
    ]
    if places:
        session.execute(insert(DepartmentPost), places)


def _write_posts(job: Job, lines: Sequence[Line], ids: dict[str, int]) -> None:
    if not lines:
        return
    rows = [
        {
            "person_id": ids[line.ref],
            "grid_code": line.grid,
            "kind": kind.code,
            "team": kind.team,
            "valid": line.valid(job.terms.now),
        }
        for line in lines
        if (kind := line.kind) is not None
    ]
    made = job.session.scalars(insert(Post).returning(Post.id, sort_by_parameter_order=True), rows).all()
    duties = [
        {"post_id": post_id, "kind": kind, "valid": line.valid(job.terms.now)}
        for post_id, line in zip(made, lines, strict=True)
        for kind in line.duties or ()
    ]
    if duties:
        job.session.execute(insert(Duty), duties)


def _leave(job: Job, lines: Sequence[Line], gone: dict[str, datetime | None]) -> Iterator[str]:
    job.session.flush()
    for ref, at in {line.ref: line.left_at for line in lines if line.left_at}.items():
        if gone.get(ref) is None:
            registering.leave(job.session, ref, at=at, reason=job.terms.note or "load", actor=job.terms.actor)
            yield ref


def _count(job: Job, lines: Sequence[Line], new: set[str], changed: set[str]) -> None:
    told_of: set[str] = set()
    for line in lines:
        first = line.ref not in told_of
        told_of.add(line.ref)
        if (line.has_post and line.old is None) or (first and line.ref in new):
            job.report.new += 1
        elif line.ends or line.given or line.taken or (first and line.ref in changed):
            job.report.changed += 1
        else:
            job.report.unchanged += 1
    if job.report.new or job.report.changed:
        counts = {"new": job.report.new, "changed": job.report.changed, "unchanged": job.report.unchanged}
        data = {**counts, "reason": job.terms.note, "ids": sorted(told_of)[:MOST_IDS]}
        write(job.session, [Event("people", "people.loaded", "people", job.terms.actor, data)])
