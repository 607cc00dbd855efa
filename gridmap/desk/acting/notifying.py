"""Who is told of an action: whoever has something to do now, or waited for it. Nobody is told what they did themselves."""

from collections.abc import Callable, Iterable, Mapping

from gridmap.cases.loop_models import CaseTask, Request, Supervision
from gridmap.cases.states import State
from gridmap.cases.workflow import Action
from gridmap.desk import whom
from gridmap.desk.acting.doing import Doing
from gridmap.grids.codes import Level
from gridmap.notices.giving import Recipients, give

MOST_SAID = 300
Told = tuple[str, Recipients]


def notify(doing: Doing, action: Action) -> None:
    """Give the notices that `action`, which has just taken effect, calls for; in the same transaction."""
    telling = _TELLINGS.get(action)
    if telling is None:
        return
    kind, to = telling(doing)
    themselves = Recipients() if doing.asker.name == "system" else whom.named(doing.session, [doing.asker.name])
    persons = frozenset() if doing.asker.person_id is None else frozenset({doing.asker.person_id})
    facts = {"by": doing.asker.name, "action": action.value} | _said(doing, action)
    to = to.but(themselves.accounts, persons)
    give(doing.session, doing.case, kind, to, actor=doing.asker.name, at=doing.now, facts=facts)


def _said(doing: Doing, action: Action) -> dict[str, object]:
    """The words that go along. Remarks don't: who is called by @ may read them in the case, if they may read them at all."""
    told = doing.told
    said = {"reason": told.reason or (told.text if action is not Action.COMMENT else ""), "note": told.note}
    more: dict[str, object] = {name: words[:MOST_SAID] for name, words in said.items() if words}
    if action is Action.REVIEW:
        more["granted"] = doing.told.granted
    return more | ({"asked": doing.facts["kind"]} if action in _ABOUT_REQUESTS else {})


def _given(doing: Doing) -> Iterable[CaseTask]:
    given = set(doing.facts.get("tasks", ()))
    return [task for task in doing.tasks if task.id in given]


def _tasks(doing: Doing) -> Told:
    return "task", whom.holders(doing.session, _given(doing), doing.now)


def _heads(doing: Doing, level: Level) -> Recipients:
    return whom.heads(doing.session, doing.case.grid_code, level, doing.now)


def _others(doing: Doing, level: Level) -> Recipients:
    """The heads from this level upwards who did not do it themselves: the first there are."""
    me = frozenset() if doing.asker.person_id is None else frozenset({doing.asker.person_id})
    upwards = (Level.MICRO, Level.VILLAGE, Level.TOWN)
    for above in upwards[upwards.index(level) :]:
        if found := _heads(doing, above).but(frozenset(), me):
            return found
    return whom.operators(doing.session, doing.case.grid_code, doing.now)


def _handed_up(doing: Doing) -> Told:
    return "handed_up", _heads(doing, Level(doing.case.consulted_at or Level.MICRO))


def _returned(doing: Doing) -> Told:
    back = doing.facts["task"]
    giver = next((task.given_by for task in doing.tasks if task.id == back), "")
    return "returned", whom.named(doing.session, [giver]) | _heads(doing, Level(doing.case.consulted_at or Level.MICRO))


def _again(doing: Doing) -> Told:
    if "round" not in doing.facts:
        return "rework", whom.NOBODY
    return "rework", whom.members(doing.session, doing.case, doing.live, doing.now)


def _finished(doing: Doing) -> Told:
    done = State(doing.case.state) is State.VERIFYING
    return "to_verify", _others(doing, Level.MICRO) if done else whom.NOBODY


def _asked(doing: Doing) -> Told:
    if doing.facts["kind"] == "extension":
        return "review_asked", _others(doing, Level.MICRO)
    to = _others(doing, Level.VILLAGE)
    if doing.facts["kind"] == "appeal":
        to |= whom.operators(doing.session, doing.case.grid_code, doing.now)
    return "review_asked", to


def _reviewed(doing: Doing) -> Told:
    request = doing.session.get_one(Request, doing.told.request)
    return "reviewed", whom.named(doing.session, [request.asked_by]) if request.state != "asked" else whom.NOBODY


def _supervised(doing: Doing) -> Told:
    return "supervised", whom.members(doing.session, doing.case, doing.live, doing.now) | _heads(doing, Level.MICRO)


def _answered(doing: Doing) -> Told:
    order = doing.session.get_one(Supervision, doing.told.supervision)
    return "answered", whom.named(doing.session, [order.by])


def _mentioned(doing: Doing) -> Told:
    return "mention", whom.mentioned(doing.session, doing.facts["mentions"])


def _resumed(doing: Doing) -> Told:
    return "resumed", whom.members(doing.session, doing.case, doing.live, doing.now)


def _closed(doing: Doing) -> Told:
    return "closed", whom.named(doing.session, [doing.case.handled_by] if doing.case.handled_by else [])


_ABOUT_REQUESTS = frozenset({Action.ASK_EXTENSION, Action.ASK_SUSPENSION, Action.ASK_APPEAL, Action.REVIEW})
_TELLINGS: Mapping[Action, Callable[[Doing], Told]] = {
    Action.DISPATCH: _tasks,
    Action.TRANSFER: _tasks,
    Action.HAND_UP: _handed_up,
    Action.HAND_BACK: _returned,
    Action.SELF_HANDLE: _finished,
    Action.FINISH: _finished,
    Action.REWORK: _again,
    Action.REOPEN: _again,
    Action.RATE: _again,
    Action.CLOSE: _closed,
    Action.ASK_EXTENSION: _asked,
    Action.ASK_SUSPENSION: _asked,
    Action.ASK_APPEAL: _asked,
    Action.REVIEW: _reviewed,
    Action.RESUME: _resumed,
    Action.SUPERVISE: _supervised,
    Action.ANSWER_SUPERVISION: _answered,
    Action.COMMENT: _mentioned,
}
