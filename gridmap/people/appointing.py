"""Give people posts and duties. One post is one person being one thing in one grid for a time; `ending` ends them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.errors import Conflict, Invalid, NotFound, msg
from gridmap.grids.codes import Level
from gridmap.grids.models import Grid
from gridmap.journal.write import Event, write
from gridmap.people.models import Duty, DutyKind, Person, Post, PostKind
from gridmap.people.periods import beginning, ended, told

TOPIC = "people"
HEADS = {Level.TOWN: "town_head", Level.VILLAGE: "village_head", Level.MICRO: "micro_head"}


def appoint(
    session: Session,
    ref: str,
    grid_code: str,
    kind: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    duties: Sequence[str] = (),
    reason: str = "",
    actor: str,
) -> Post:
    """Give somebody a post in a grid, with its duties, from now on unless `since` says otherwise.

    Raises:
        Invalid: the kind of post is not one of this grid's level, the grid is retired, the past without a reason.
        NotFound: there is no such person, grid, kind of post or duty.
        Conflict: the grid has a head in that time, or they hold this very post (the sentence names who and when).
    """
    valid = beginning(since, until, now=clock.now(), reason=reason)
    grid, person, post_kind = open_grid(session, grid_code), _present(session, ref, valid), _kind(session, kind)
    check_level(grid, post_kind)
    check_free(session, grid, person, post_kind, valid)
    _check_duties(session, duties)
    post = Post(person_id=person.id, grid_code=grid.code, kind=kind, team=post_kind.team, valid=valid)
    session.add(post)
    session.flush()
    session.add_all(Duty(post_id=post.id, kind=duty, valid=valid) for duty in dict.fromkeys(duties))
    session.flush()
    facts = {"post": post.id, "grid": grid.code, "kind": kind, "duties": list(dict.fromkeys(duties)), "reason": reason}
    write(session, [Event(TOPIC, "post.begun", ref, actor, {**facts, **period(valid)})])
    return post


def period(valid: Range[datetime]) -> dict[str, str | None]:
    """A period as the journal writes it."""
    return {"since": valid.lower.isoformat() if valid.lower else None, "until": valid.upper.isoformat() if valid.upper else None}


def open_grid(session: Session, code: str) -> Grid:
    """A grid in which nobody else appoints until this transaction ends; `NotFound`, or `Invalid` when it is retired."""
    # Whoever else appoints in this grid waits, so that what is checked below still holds when it is written.
    grid = session.scalars(select(Grid).where(Grid.code == code).with_for_update(key_share=True)).one_or_none()
    if grid is None:
        raise NotFound(msg("There is no grid with the code '%(code)s'"), code=code[:40])
    if grid.retired_at is not None:
        raise Invalid(msg("The grid %(code)s is retired"), field="grid", code=code)
    return grid


def _present(session: Session, ref: str, valid: Range[datetime]) -> Person:
    person = session.scalars(select(Person).where(Person.ref == ref)).one_or_none()
    if person is None:
        raise NotFound(msg("There is nobody with the staff number '%(ref)s'"), ref=ref[:40])
    if person.left_at is not None and (valid.upper is None or valid.upper > person.left_at):
        raise Conflict(msg("They have left already"))
    return person


def _kind(session: Session, code: str) -> PostKind:
    kind = session.get(PostKind, code)
    if kind is None:
        raise NotFound(msg("There is no kind of post '%(kind)s'"), field="kind", kind=code[:40])
    return kind


def fits(grid: Grid, kind: PostKind) -> bool:
    """Whether this kind of post is one of the grid's level: teams are a micro-grid's, each level has its own head."""
    return kind.code == HEADS[Level(grid.level)] if kind.team is None else grid.level == Level.MICRO


def check_level(grid: Grid, kind: PostKind) -> None:
    """`Invalid` when this kind of post is not one of the grid's level."""
    if not fits(grid, kind):
        raise Invalid(
            msg("A grid of the level '%(level)s' has no post '%(kind)s'"), field="kind", level=grid.level, kind=kind.code
        )


def check_free(session: Session, grid: Grid, person: Person, kind: PostKind, valid: Range[datetime]) -> None:
    """`Conflict` when the grid has a head in that time, or they hold this very post."""
    query = select(Post, Person.name).join(Person, Person.id == Post.person_id)
    query = query.where(Post.grid_code == grid.code, Post.kind == kind.code, Post.valid.overlaps(valid))
    if kind.team is not None:
        query = query.where(Post.person_id == person.id)
    standing = session.execute(query.limit(1)).first()
    if standing is None:
        return
    post, name = standing
    text = (
        msg("%(name)s heads this grid in that time: %(period)s")
        if kind.team is None
        else msg("%(name)s holds this post in that time: %(period)s")
    )
    raise Conflict(text, name=name, period=told(post.valid))


def _check_duties(session: Session, duties: Iterable[str]) -> None:
    asked = set(duties)
    known = set(session.scalars(select(DutyKind.code).where(DutyKind.code.in_(asked))))
    if asked - known:
        raise NotFound(msg("There is no kind of duty '%(kind)s'"), field="duties", kind=", ".join(sorted(asked - known))[:80])


def locked_post(session: Session, post_id: int) -> tuple[Post, str]:
    """A post nobody else changes until this transaction ends, and its holder's staff number; `NotFound` when there is none."""
    row = session.execute(
        select(Post, Person.ref).join(Person, Person.id == Post.person_id).where(Post.id == post_id).with_for_update(of=Post)
    ).one_or_none()
    if row is None:
        raise NotFound(msg("There is no such post"))
    return row[0], row[1]


def give_duty(session: Session, post_id: int, kind: str, *, since: datetime | None = None, reason: str = "", actor: str) -> Duty:
    """Let the holder of a post answer for something more, to the post's end.

    Raises:
        Invalid: a moment in the past without a reason, or outside of the post's time.
        NotFound: there is no such post or duty.
        Conflict: they have this duty in that time.
    """
    post, ref = locked_post(session, post_id)
    _check_duties(session, [kind])
    start = since or max(clock.now(), post.valid.lower or clock.now())
    if not post.valid.contains(start):
        raise Invalid(msg("The post is not held at that moment: %(period)s"), field="since", period=told(post.valid))
    valid = beginning(start, post.valid.upper, now=clock.now(), reason=reason)
    standing = session.scalars(
        select(Duty).where(Duty.post_id == post_id, Duty.kind == kind, Duty.valid.overlaps(valid)).limit(1)
    ).first()
    if standing is not None:
        raise Conflict(msg("They have this duty in that time: %(period)s"), period=told(standing.valid))
    duty = Duty(post_id=post_id, kind=kind, valid=valid)
    session.add(duty)
    session.flush()
    facts = {"post": post_id, "duty": kind, "grid": post.grid_code, "reason": reason}
    write(session, [Event(TOPIC, "duty.given", ref, actor, {**facts, **period(valid)})])
    return duty


def take_duty(session: Session, post_id: int, kind: str, *, at: datetime | None = None, reason: str = "", actor: str) -> None:
    """Take a duty from the holder of a post (default: now).

    Raises:
        Invalid: a moment in the past without a reason.
        NotFound: there is no such post, or they have no such duty.
    """
    post, ref = locked_post(session, post_id)
    end = at or clock.now()
    duty = session.scalars(
        select(Duty)
        .where(Duty.post_id == post_id, Duty.kind == kind, or_(func.upper_inf(Duty.valid), func.upper(Duty.valid) > end))
        .order_by(func.lower(Duty.valid))
        .limit(1)
    ).one_or_none()
    if duty is None:
        raise NotFound(msg("They have no such duty"))
    valid = ended(duty.valid, end, now=clock.now(), reason=reason)
    if valid is None:
        session.delete(duty)
    else:
        duty.valid = valid
    session.flush()
    facts = {"post": post_id, "duty": kind, "grid": post.grid_code, "at": end.isoformat(), "reason": reason}
    write(session, [Event(TOPIC, "duty.taken", ref, actor, facts)])
