"""The one verb by which cases move: lock, check, take effect, write down."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases import lookup
from gridmap.cases.loop_models import Receipt
from gridmap.cases.models import Case
from gridmap.cases.states import State
from gridmap.cases.tasks import Asker
from gridmap.cases.workflow import TABLE, Action, check
from gridmap.desk.acting import adjusting, consulting, discovering, ending, handling, proving, reporting, supervising
from gridmap.desk.acting.doing import Doing, tasks_of
from gridmap.desk.acting.notifying import notify
from gridmap.desk.acting.told import Told
from gridmap.errors import Conflict, Invalid, NotFound, msg
from gridmap.grids.publishing import hold
from gridmap.journal.write import Event, write

EFFECTS: Mapping[Action, Callable[[Doing], State]] = {
    Action.CLASSIFY: discovering.classify,
    Action.LOCATE: discovering.locate,
    Action.ACCEPT: discovering.accept,
    Action.START: handling.start,
    Action.SELF_HANDLE: discovering.self_handle,
    Action.HAND_UP: consulting.hand_up,
    Action.CONSULT: consulting.consult,
    Action.DISPATCH: consulting.dispatch,
    Action.HAND_BACK: handling.hand_back,
    Action.TRANSFER: handling.transfer,
    Action.FINISH: handling.finish,
    Action.VERIFY: reporting.verify,
    Action.REWORK: reporting.rework,
    Action.RATE: reporting.rate,
    Action.CLOSE: reporting.close,
    Action.REOPEN: reporting.reopen,
    Action.VOID: ending.void,
    Action.MERGE: ending.merge,
    Action.UNMERGE: ending.unmerge,
    Action.ASK_EXTENSION: adjusting.ask_extension,
    Action.ASK_SUSPENSION: adjusting.ask_suspension,
    Action.ASK_APPEAL: adjusting.ask_appeal,
    Action.REVIEW: adjusting.review,
    Action.RESUME: adjusting.resume,
    Action.SUPERVISE: supervising.supervise,
    Action.ANSWER_SUPERVISION: supervising.answer_supervision,
    Action.LIFT_SUPERVISION: supervising.lift_supervision,
    Action.COMMENT: supervising.comment,
    Action.ATTACH: proving.attach,
}
_ROUTING = frozenset({Action.CLASSIFY, Action.LOCATE})


class Stale(Conflict):
    """Somebody changed the case since it was read."""


@dataclass(frozen=True)
class Done:
    """What became of an action: the case's number, its version now, and whether this very call did it (or an earlier one)."""

    number: str
    state: State
    version: int
    fresh: bool


@dataclass(frozen=True)
class Call:
    """How an action is asked for.

    Attributes:
        version: the case's version it was decided on; None where the caller need not have seen one (the system, a rating).
        key: the caller's idempotency key.
    """

    version: int | None = None
    key: str | None = None


def locked(session: Session, number: str, action: Action, *, beside: str = "") -> Case:
    """The case of this number, for nobody else to change until the transaction ends; so is the one `beside` it.

    Both are locked in one order, so that two merges that cross wait for each other instead of locking each other out. Where the
    action routes the case, the boundaries stay as they are as long; they come first, as they do for who publishes.

    Raises:
        NotFound: there is none.
    """
    if action in _ROUTING:
        hold(session)
    asked = select(Case).where(Case.number.in_([number, beside])).order_by(Case.id).with_for_update()
    found = {case.number: case for case in session.scalars(asked)}.get(number)
    if found is None:
        raise NotFound(msg("There is no case with the number '%(number)s'"), number=number[:40])
    return found


def act(session: Session, case: Case, action: Action, told: Told, asker: Asker, *, call: Call, nearest_limit_m: float) -> Done:
    """Do `action` on a case that `locked` gave. Whether the asker's role allows it was asked before. The caller commits.

    Raises:
        Stale: the case has another version than the one this was decided on.
        NotNow: the workflow does not let it pass.
        Invalid: a field is missing or wrong.
    """
    digest = hashlib.sha256(orjson.dumps([case.number, action, asdict(told)], default=list)).hexdigest()
    if (earlier := _earlier(session, asker, call, digest)) is not None:
        return Done(case.number, State(case.state), earlier, fresh=False)
    if call.version is not None and call.version != case.version:
        raise Stale(msg("The case has changed since you read it; look at it again"))
    doing = Doing(session, case, tasks_of(session, case.id), asker, told, clock.now(), nearest_limit_m)
    check(action, doing.standing, asker)
    _complete(action, told)
    before = State(case.state)
    after = EFFECTS[action](doing)
    _allowed(action, before, after)
    case.state = after
    case.version += 1
    session.flush()
    if call.key is not None:
        session.add(Receipt(actor=asker.name, key=call.key, digest=digest, case_id=case.id, version=case.version))
    _tell(doing, action, before)
    notify(doing, action)
    return Done(case.number, after, case.version, fresh=True)


def _earlier(session: Session, asker: Asker, call: Call, digest: str) -> int | None:
    """The version an earlier call with the same key led to; the case's lock makes two such calls wait for each other."""
    if call.key is None:
        return None
    receipt = session.get(Receipt, (asker.name, call.key))
    if receipt is None:
        return None
    if receipt.digest != digest:
        raise Conflict(msg("This idempotency key came with something else before; use a new one for each action"))
    return receipt.version


def _complete(action: Action, told: Told) -> None:
    for name in TABLE[action].needs:
        value = getattr(told, name)
        if value is None or value in ("", ()):
            raise Invalid(msg("This field is required"), field=name)


def _allowed(action: Action, before: State, after: State) -> None:
    if after not in TABLE[action].paths[before]:
        raise RuntimeError(f"{action} led from {before} to {after}, which its row in the table does not know")


def _tell(doing: Doing, action: Action, before: State) -> None:
    case = doing.case
    feature = lookup.by_ids(doing.session, [case.id], at=doing.now)[case.id]
    facts: dict[str, Any] = {"action": action.value, "from": before.value, "to": case.state, "version": case.version}
    data = {"case": feature, **facts, **doing.facts, "due_at": case.due_at, "at": doing.now}
    write(doing.session, [Event("cases", f"case.{action.value}", case.number, doing.asker.name, data)])
