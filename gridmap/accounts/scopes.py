"""Where a role may hold: the grids in force and the departments that are open, and what they are called; where a person acts."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap.accounts.models import AccountGrant
from gridmap.accounts.rights import TOWN_WIDE, Scope
from gridmap.grids.models import Grid
from gridmap.people import lookup
from gridmap.people.models import Department, Person

MOST = 2000  # Grids of larger cities are typed, not chosen from a list.


@dataclass(frozen=True)
class Place:
    """A grid or a department: its key as text, its names."""

    key: str
    name: str
    name_en: str


def grids(session: Session) -> list[Place]:
    """The grids in force, by code: town before village before micro-grid; only the larger ones where there are too many."""
    query = select(Grid.code, Grid.name, Grid.name_en).where(Grid.retired_at.is_(None))
    if (session.scalar(select(func.count()).select_from(Grid)) or 0) > MOST:
        query = query.where(func.length(Grid.code) < 15)
    return [Place(*row) for row in session.execute(query.order_by(Grid.code.collate("C")))]


def departments(session: Session) -> list[Place]:
    """The open departments, by name."""
    query = select(Department.id, Department.name, Department.name_en).where(Department.closed_at.is_(None))
    return [Place(str(row.id), row.name, row.name_en) for row in session.execute(query.order_by(Department.name))]


def named(session: Session, grants: Iterable[AccountGrant]) -> dict[int, Place]:
    """What the scopes of these grants are called, by the grant's id."""
    given = list(grants)
    codes = {grant.grid_code for grant in given if grant.grid_code}
    ids = {grant.department_id for grant in given if grant.department_id}
    by_code = {
        row.code: Place(*row) for row in session.execute(select(Grid.code, Grid.name, Grid.name_en).where(Grid.code.in_(codes)))
    }
    columns = (Department.id, Department.name, Department.name_en)
    by_id = {
        row.id: Place(str(row.id), row.name, row.name_en)
        for row in session.execute(select(*columns).where(Department.id.in_(ids)))
    }
    return {
        grant.id: by_code[grant.grid_code] if grant.grid_code else by_id[grant.department_id]
        for grant in given
        if grant.grid_code in by_code or grant.department_id in by_id
    }


def of_person(session: Session, person: Person) -> list[Scope]:
    """Where somebody acts, acted or will; the town for whoever never did."""
    grids = {post.grid_code for post, _, _ in lookup.posts_of(session, person.id)}
    offices = lookup.departments_of(session, person.id)
    return [*map(Scope, sorted(grids)), *(Scope(None, frozenset({office})) for office in offices)] or [TOWN_WIDE]
