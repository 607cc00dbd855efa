"""Load weekly shifts: one line a shift of somebody's post. What the file leaves out stays; a shift the file ends is ended.

A shift is known by whose post it is of, its weekdays, hours and first day. Exceptions and swaps are no part of files.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import Range

from gridmap.desk.loading import dated
from gridmap.desk.loading.cells import Cells, Firsts
from gridmap.desk.loading.job import MOST_IDS, Job
from gridmap.errors import Invalid, msg
from gridmap.journal.write import Event, write
from gridmap.people import rostering
from gridmap.people.models import Person, Post, PostKind, Shift
from gridmap.people.turns import Pattern, clash, day_at

Key = tuple[str, str, str]
"""Staff number, grid code, kind of post."""


@dataclass
class _Line:
    """A row, the post it is about, and the shift it is, where there is one."""

    cells: Cells
    key: Key
    pattern: Pattern | None
    dated: bool
    post: Post | None = None
    old: Shift | None = None
    ends: bool = False


def load(job: Job) -> None:
    """Bring the job's rows in; its report tells how it went."""
    lines = _read(job)
    posts, shifts = _on_record(job, lines)
    _check_told_once(lines)
    for line in lines:
        if line.pattern is not None:
            _find(line, posts.get(line.key, []), shifts, job)
    _check_clashes(lines, shifts)
    job.collect(line.cells for line in lines)
    if not job.report.refuses:
        _write(job, lines)


def _read(job: Job) -> list[_Line]:
    kinds = {
        word.lower(): kind.code for kind in job.session.scalars(select(PostKind)) for word in (kind.name_en, kind.name, kind.code)
    }
    return [_line(cells, kinds, day_at(job.terms.now)) for cells in job.cells("rosters")]


def _line(cells: Cells, kinds: dict[str, str], today: date) -> _Line:
    ref, grid, word = (cells.text(name, needed=True, most=most) for name, most in (("ref", 40), ("grid", 15), ("post", 60)))
    kind = kinds.get(word.lower(), "")
    if word and not kind:
        cells.wrong(
            "post", msg("%(field)s: nothing is called '%(value)s'; `gridmap load kinds` brings new ones in"), value=word[:40]
        )
    weekdays, starts, ends = dated.weekdays(cells, "weekdays"), dated.hour(cells, "starts"), dated.hour(cells, "ends")
    since, until = dated.day(cells, "since"), dated.day(cells, "until")
    line = _Line(cells, (ref, grid, kind), None, since is not None)
    if not cells.faults and starts is not None and ends is not None:
        line.pattern = _pattern(cells, weekdays, (starts, ends), since or today, until)
    return line


def _pattern(cells: Cells, weekdays: Iterable[int], hours: tuple[time, time], since: date, until: date | None) -> Pattern | None:
    try:
        return rostering.checked(set(weekdays), *hours, since, until)
    except Invalid as error:
        cells.wrong(error.faults[0].field, error.text, **error.values)
        return None


def _on_record(job: Job, lines: Sequence[_Line]) -> tuple[dict[Key, list[Post]], dict[int, list[Shift]]]:
    query = (
        select(Post, Person.ref)
        .join(Person, Person.id == Post.person_id)
        .where(Person.ref.in_({line.key[0] for line in lines}))
        .order_by(func.lower(Post.valid).desc())
    )
    posts: dict[Key, list[Post]] = {}
    for post, ref in job.session.execute(query):
        posts.setdefault((ref, post.grid_code, post.kind), []).append(post)
    ids = [post.id for found in posts.values() for post in found]
    shifts: dict[int, list[Shift]] = {}
    for shift in job.session.scalars(select(Shift).where(Shift.post_id.in_(ids)).order_by(Shift.id)):
        shifts.setdefault(shift.post_id, []).append(shift)
    return posts, shifts


def _check_told_once(lines: Sequence[_Line]) -> None:
    firsts = Firsts()
    for line in lines:
        if line.pattern is not None:
            hours = (f"{line.pattern.starts:%H:%M}", f"{line.pattern.ends:%H:%M}", str(line.pattern.since))
            firsts.check(line.cells, "weekdays", (*line.key, ";".join(map(str, sorted(line.pattern.weekdays))), *hours))


def _find(line: _Line, posts: Sequence[Post], shifts: dict[int, list[Shift]], job: Job) -> None:
    wanted = line.pattern
    assert wanted is not None  # noqa: S101  # its caller looked
    known = [(post, shift) for post in posts for shift in shifts.get(post.id, ()) if _is(shift, wanted, dated_=line.dated)]
    if known:
        line.post, line.old = known[0]
        _compare(line, known[0][1])
        return
    line.post = next((post for post in posts if _held(post, wanted)), None)
    if line.post is None:
        line.cells.wrong("ref", msg("%(value)s does not hold this post in that time"), value=" ".join(line.key))
    elif line.dated and wanted.since < day_at(job.terms.now) and not job.terms.note.strip():
        line.cells.wrong("since", msg("It begins in the past: say why with --note"))


def _is(shift: Shift, wanted: Pattern, *, dated_: bool) -> bool:
    found = rostering.pattern(shift)
    same = (found.weekdays, found.starts, found.ends) == (wanted.weekdays, wanted.starts, wanted.ends)
    return same and (found.since == wanted.since if dated_ else found.until is None or found.until > wanted.since)


def _held(post: Post, wanted: Pattern) -> bool:
    first, last = post.valid.lower, post.valid.upper
    begins_late = first is not None and wanted.until is not None and wanted.until <= day_at(first)
    return not begins_late and (last is None or day_at(last) >= wanted.since)


def _compare(line: _Line, old: Shift) -> None:
    until = line.pattern.until if line.pattern else None
    if not line.cells.has("until") or until == old.valid.upper:
        return
    if old.valid.upper is not None or until is None:
        period = f"{old.valid.lower} – {old.valid.upper or '…'}"
        line.cells.wrong("until", msg("What has an end on record keeps it: %(period)s"), period=period)
    else:
        line.ends = True


def _check_clashes(lines: Sequence[_Line], shifts: dict[int, list[Shift]]) -> None:
    """No two shifts of a post overlap, ended ones and the file's own included."""
    ended = {id(line.old): line.pattern for line in lines if line.ends and line.old is not None}
    taken: dict[int, list[Pattern]] = {
        post: [ended.get(id(shift)) or rostering.pattern(shift) for shift in there] for post, there in shifts.items()
    }
    for line in lines:
        if line.post is None or line.old is not None or line.pattern is None or line.cells.faults:
            continue
        others = taken.setdefault(line.post.id, [])
        for other in others:
            day = clash(line.pattern, other)
            if day is not None:
                hours = f"{other.starts:%H:%M}–{other.ends:%H:%M}"
                line.cells.wrong(
                    "starts", msg("It overlaps a shift of the same post on %(day)s: %(hours)s"), day=str(day), hours=hours
                )
                break
        others.append(line.pattern)


def _write(job: Job, lines: Sequence[_Line]) -> None:
    note = job.terms.note or "load"
    for line in lines:
        if line.ends and line.old is not None and line.pattern is not None:
            rostering.end_shift(job.session, line.old.id, until=line.pattern.until, reason=note, actor=job.terms.actor)
    fresh = [_row(line.post, line.pattern) for line in lines if line.old is None and line.post and line.pattern]
    if fresh:
        job.session.execute(insert(Shift), fresh)
    report = job.report
    report.new, report.changed = len(fresh), sum(line.ends for line in lines)
    report.unchanged = len(lines) - report.new - report.changed
    if report.new or report.changed:
        counts = {"new": report.new, "changed": report.changed, "unchanged": report.unchanged}
        grids = sorted({line.key[1] for line in lines if line.old is None or line.ends})
        data = {**counts, "reason": job.terms.note, "grids": grids[:MOST_IDS]}
        write(job.session, [Event("rosters", "rosters.loaded", "rosters", job.terms.actor, data)])


def _row(post: Post, wanted: Pattern) -> dict[str, Any]:
    hours = {"starts": wanted.starts, "ends": wanted.ends}
    return {"post_id": post.id, "weekdays": sorted(wanted.weekdays), **hours, "valid": Range(wanted.since, wanted.until)}
