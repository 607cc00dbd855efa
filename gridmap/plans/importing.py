"""A whole set of micro-grids as a plan: mended by named repairs, each a step; kept only where it then tiles the ground."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import shapely
from sqlalchemy.orm import Session

from gridmap.accounts.caller import Caller
from gridmap.errors import Fault, Invalid, msg
from gridmap.geo.shapes import as_multipolygon, united
from gridmap.grids.change import GridDraft
from gridmap.grids.checking import few
from gridmap.plans import drafting
from gridmap.plans.cleaning.clean import clean
from gridmap.plans.cleaning.mends import Mend, Round
from gridmap.plans.drafting import Drawn
from gridmap.plans.flaws import Flaw, Limits, Problem
from gridmap.plans.models import Plan
from gridmap.plans.mosaic import same
from gridmap.plans.operations.drawn import check_own
from gridmap.plans.problems import problems, worst_first
from gridmap.plans.state import MICRO, Delta, State

UNMENDED = frozenset({Flaw.CROSSING, Flaw.GAP, Flaw.OVERLAP, Flaw.UNNODED, Flaw.OUTSIDE})
MOST_TOLD = 50
_SLICE = 0.01  # A share of either grid's ground; less than that is a border drawn differently, not a grid made from another.


@dataclass(frozen=True)
class Imported:
    """What a set comes to, before anything is kept.

    Attributes:
        rounds: the repairs by name, in order, the first being the set as it came.
        steps: what the plan is like after each of them.
        problems: what remains to be decided: no mistake of the partition.
    """

    rounds: tuple[Round, ...]
    steps: tuple[Drawn, ...]
    problems: tuple[Problem, ...]

    @property
    def state(self) -> State:
        """The plan's grids in the end."""
        return self.steps[-1].state


def prepare(session: Session, ground: str, drafts: Mapping[str, GridDraft], *, most_m2: float, limits: Limits) -> Imported:
    """Mend a set of grids until it tiles the ground of a town or a village; nothing is written.

    Args:
        ground: its code; micro-grids in force there that are not in the set end.
        drafts: by code; micro-grids with a shape in degrees WGS-84, however broken; villages and towns by name alone.
        most_m2: repairs mend up to this size, in square metres.

    Raises:
        Invalid: a grid lies elsewhere by its code; it changes nothing; or the repairs don't make it a partition, and the
            `problems` among its facts say where.
    """
    begun = drafting.beginning(session, ground)
    for code in drafts:
        check_own(begun, code)
    steps = list(_steps(begun, drafts, most_m2))
    _check_left(steps[0][1].delta, steps[-1][1].state)
    found = worst_first(problems(steps[-1][1].state, limits))
    left = [problem for problem in found if problem.flaw in UNMENDED]
    if left:
        faults = [Fault(",".join(p.codes), p.text, dict(p.values)) for p in left[:MOST_TOLD]]
        raise Invalid(
            msg("The set can't be mended: %(count)s problems are left, the first is: %(first)s"),
            faults=faults,
            facts={"problems": [_told(problem) for problem in left[:MOST_TOLD]]},
            count=len(left),
            first=faults[0],
        )
    return Imported(tuple(r for r, _ in steps), tuple(drawn for _, drawn in steps), tuple(found))


def _check_left(first: Delta, end: State) -> None:
    if not first.drafts:
        raise Invalid(msg("This would change nothing"))
    empty = [code for code, shape in end.shapes(end.changed).items() if shape.is_empty]
    if empty:
        raise Invalid(msg("Others have all the ground of %(codes)s: nothing would be left"), field="code", codes=few(empty))


def _told(problem: Problem) -> dict[str, object]:
    place, size = [problem.lon, problem.lat], (round(problem.area_m2, 3), round(problem.length_m, 3))
    return {"flaw": problem.flaw, "codes": list(problem.codes), "place": place, "area_m2": size[0], "length_m": size[1]}


def _steps(begun: State, drafts: Mapping[str, GridDraft], most_m2: float) -> Iterator[tuple[Round, Drawn]]:
    given = {code: draft.shape for code, draft in drafts.items() if draft.shape is not None}
    there = begun.children(begun.ground)
    ground = united(there.values())
    around = shapely.GeometryCollection([ground, *(shape for shape in given.values() if not shape.is_empty)])
    beside = {code: shape for code, shape in begun.near(around).items() if code not in there}
    state = begun
    for made in clean(given, beside, ground, most_m2):
        delta = _came(state, drafts, made) if made.mend is Mend.SNAP else _mended(state, made)
        state = state.then(delta)
        yield made, Drawn(state, delta)


def _came(begun: State, drafts: Mapping[str, GridDraft], made: Round) -> Delta:
    shaped = {code: replace(draft, shape=made.shapes.get(code)) for code, draft in drafts.items()}
    gone: dict[str, GridDraft | None] = {code: None for code in begun.children(begun.ground) if code not in shaped}
    sources = {code: _sources(begun, code, draft) for code, draft in shaped.items() if code not in begun.base.drafts}
    kept = {code: _as_it_was(begun, draft) for code, draft in shaped.items()}
    changed = {code: draft for code, draft in kept.items() if draft != begun.find(code)}
    return Delta(gone | changed, {code: found for code, found in sources.items() if found})


def _as_it_was(state: State, draft: GridDraft) -> GridDraft:
    """The draft with the shape the base has, where that is the same but for where its rings begin."""
    old = state.base.drafts.get(draft.code)
    if draft.shape is None or old is None or old.shape is None:
        return draft
    return replace(draft, shape=old.shape) if same(as_multipolygon(old.shape), as_multipolygon(draft.shape)) else draft


def _sources(begun: State, code: str, draft: GridDraft) -> tuple[str, ...]:
    """The grids of the base a new one is made from: those that gave it a part worth the name."""
    shape = draft.shape
    if len(code) != MICRO or shape is None or not shape.is_valid:
        return ()
    common = {
        other: shapely.intersection(shape, old).area / min(shape.area, old.area) for other, old in begun.near(shape).items()
    }
    return tuple(other for other, share in common.items() if share > _SLICE)


def _mended(state: State, made: Round) -> Delta:
    return Delta({code: _as_it_was(state, replace(state.grid(code), shape=shape)) for code, shape in made.shapes.items()})


def keep(session: Session, name: str, imported: Imported, *, file: str, caller: Caller) -> Plan:
    """Make a plan of a prepared set: one step for the set as it came, and one for each named repair."""
    plan = drafting.make(session, name, imported.state.ground, caller=caller)
    for made, drawn in zip(imported.rounds, imported.steps, strict=True):
        first = made.mend is Mend.SNAP
        body = {"file": file} if first else {"repair": made.mend, "count": len(made.made)}
        drafting.keep(session, plan, "import" if first else "mend", body, drawn, caller=caller)
    return plan
