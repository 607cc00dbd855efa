"""督办 and remarks: press a case, answer, lift; say something to those who work on it."""

from gridmap.cases.loop_models import Comment, Supervision
from gridmap.cases.states import State
from gridmap.cases.workflow import NotNow
from gridmap.desk.acting.doing import Doing
from gridmap.desk.acting.mentioning import called
from gridmap.errors import Invalid, NotFound, msg


def supervise(doing: Doing) -> State:
    """Order supervision; where an answer is wanted, say by when."""
    told = doing.told
    if told.reply_due_at is not None and told.reply_due_at <= doing.now:
        raise Invalid(msg("The answer must be due in the future"), field="reply_due_at")
    order = Supervision(
        case_id=doing.case.id, kind=told.kind, text=told.text, reply_due_at=told.reply_due_at, by=doing.asker.name, at=doing.now
    )
    doing.session.add(order)
    doing.session.flush()
    doing.facts |= {"supervision": order.id, "kind": told.kind, "text": told.text, "reply_due_at": told.reply_due_at}
    return State(doing.case.state)


def answer_supervision(doing: Doing) -> State:
    """Answer an order, once."""
    order = _order(doing)
    if order.answered_at is not None:
        raise NotNow(msg("This supervision order has been answered"))
    order.answer, order.answered_by, order.answered_at = doing.told.text, doing.asker.name, doing.now
    doing.facts |= {"supervision": order.id, "text": doing.told.text}
    return State(doing.case.state)


def lift_supervision(doing: Doing) -> State:
    """End an order."""
    order = _order(doing)
    order.lifted_by, order.lifted_at = doing.asker.name, doing.now
    doing.facts |= {"supervision": order.id}
    return State(doing.case.state)


def _order(doing: Doing) -> Supervision:
    order = doing.session.get(Supervision, doing.told.supervision)
    if order is None or order.case_id != doing.case.id:
        raise NotFound(msg("This case has no such supervision order"))
    if order.lifted_at is not None:
        raise NotNow(msg("This supervision order has been lifted"))
    return order


def comment(doing: Doing) -> State:
    """Say something to those who work on the case; who is called by @ is told."""
    mentions = called(doing)
    made = Comment(
        case_id=doing.case.id,
        by=doing.asker.name,
        at=doing.now,
        text=doing.told.text,
        mentions=mentions,
    )
    doing.session.add(made)
    doing.session.flush()
    doing.facts |= {"comment": made.id, "text": doing.told.text, "mentions": mentions}
    return State(doing.case.state)
