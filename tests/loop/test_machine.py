"""Whatever anybody tries, in whatever order: the case stands where the model says, and nothing is lost from the journal.

The model below knows the loop from its description, not from the program's table: who has a task, who has what, where it stands.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from gridmap.http.state import state as state_of
from tests.loop.crew_at_work import HERE, Town

MEMBERS, HEADS, DEPARTMENTS = ("member", "member2"), ("micro_head", "grid_head"), ("chengguan", "shuiwu")
EVERYBODY = (*MEMBERS, *HEADS, *DEPARTMENTS, "operator", "stranger", "auditor", "planner", "administrator")
# Those who get cases on oftener, so that stories get far.
OFTEN = (*EVERYBODY, *(who for who in ("member", "micro_head", "chengguan", "operator") for _ in range(5)))
IN_GRID = (*MEMBERS, *HEADS)
WORKING = (*IN_GRID, *DEPARTMENTS, "operator")


@dataclass
class Job:
    """A task as the model knows it: to whom ("member" …, "work" for the team, a department), and who has it."""

    to: str
    holder: str | None = None
    done_by: str | None = None
    ended: bool = False


@dataclass
class Model:
    """A case as it ought to stand."""

    stands: str = "discovered"
    jobs: list[Job] = field(default_factory=list)
    done: int = 0
    level: int = 0
    extensions: int = 0
    suspended: bool = False
    asked: str | None = None
    asked_by: str = ""

    def mine(self, who: str) -> list[Job]:
        return [job for job in self.live if job.holder == who]

    def waiting(self, who: str) -> list[Job]:
        reach = {"member": {"member", "management"}, "member2": {"member2", "work"}}.get(who, {who})
        return [job for job in self.live if job.holder is None and job.to in reach]

    @property
    def live(self) -> list[Job]:
        return [job for job in self.jobs if not job.ended]

    def by_jobs(self, nobody: str) -> str:
        if not self.live:
            return nobody
        return "handling" if any(job.holder for job in self.live) else "dispatched"

    @property
    def handlers(self) -> set[str | None]:
        return {job.done_by for job in self.jobs}


class Loop(RuleBasedStateMachine):
    """One case, many hands."""

    at_work: Town

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.number = self.at_work.alert()

    def tries(self, who: str, action: str, may: bool, **fields: Any) -> bool:
        """Let somebody try; it works exactly when the model says so, and when the case said so before."""
        offered = action in self.at_work.see(self.number, who)["allowed"]
        told = self.at_work.try_to(who, action, self.number, **fields)
        expected = {200} if may else {403, 409}
        assert told.status_code in expected, f"{who} {action} at {self.model.stands}: {told.get_data(as_text=True)}"
        assert offered == may, f"{who} {action} at {self.model.stands}: was it offered?"
        self.model.done += may
        return may

    def proof(self) -> list[int]:
        return [self.at_work.photo(self.number)]

    @rule(who=st.sampled_from(OFTEN))
    def accept(self, who: str) -> None:
        model = self.model
        first = model.stands == "discovered" and who in IN_GRID
        waiting = model.waiting(who) if model.stands in ("dispatched", "handling") else []
        if len(waiting) > 1:
            return
        if self.tries(who, "accept", first or bool(waiting)):
            if first:
                model.jobs.append(Job(who, who))
            else:
                waiting[0].holder = who
            model.stands = "handling"

    @rule(who=st.sampled_from(OFTEN))
    def self_handle(self, who: str) -> None:
        if self.tries(
            who, "self_handle", self.model.stands == "discovered" and who in IN_GRID, result="当场", evidence=self.proof()
        ):
            self.model.jobs.append(Job(who, who, who, ended=True))
            self.model.stands = "verifying"
            self.handled(who)

    @rule(who=st.sampled_from(OFTEN))
    def hand_up(self, who: str) -> None:
        model = self.model
        fits = model.stands == "discovered" or (model.stands == "consulting" and model.level < 3)
        if self.tries(who, "hand_up", fits and who in (*MEMBERS, "micro_head"), reason="上报"):
            model.level = 1 if model.stands == "discovered" else model.level + 1
            model.stands = "consulting"

    @rule(who=st.sampled_from(OFTEN), to=st.sampled_from(["chengguan", "shuiwu", "management", "work"]))
    def dispatch(self, who: str, to: str) -> None:
        model = self.model
        fits = model.stands in ("discovered", "consulting", "dispatched", "handling") and who in (*HEADS, "operator")
        if any(job.to == to for job in model.live):
            return
        addressee = {"department": to} if to in DEPARTMENTS else {"grid": HERE, "team": to}
        if self.tries(who, "dispatch", fits, to=[addressee]):
            model.jobs.append(Job(to))
            model.stands = model.by_jobs("dispatched")

    @rule(who=st.sampled_from(OFTEN))
    def hand_back(self, who: str) -> None:
        model = self.model
        theirs = [*model.waiting(who), *model.mine(who)] if model.stands in ("dispatched", "handling") else []
        if len(theirs) > 1:
            return
        if self.tries(who, "hand_back", bool(theirs), reason="退回"):
            theirs[0].ended = True
            model.level = model.level or 1
            model.stands = model.by_jobs("consulting")

    @rule(who=st.sampled_from(OFTEN))
    def finish(self, who: str) -> None:
        model = self.model
        mine = model.mine(who) if model.stands == "handling" else []
        if len(mine) > 1:
            return
        if self.tries(who, "finish", bool(mine), result="完成", evidence=self.proof()):
            mine[0].ended, mine[0].done_by = True, who
            model.stands = model.by_jobs("verifying")
            self.handled(who)

    @rule(who=st.sampled_from(OFTEN), good=st.booleans())
    def verify(self, who: str, good: bool) -> None:
        model = self.model
        fits = model.stands == "verifying" and who in (*HEADS, "operator") and who not in model.handlers
        if good:
            if self.tries(who, "verify", fits):
                model.stands = "rating"
        elif self.tries(who, "rework", fits, reason="返工"):
            self.again()

    def handled(self, who: str) -> None:
        """Whoever handled it last tries to verify it at once, and can't: heads may verify what others did."""
        if self.model.stands == "verifying":
            self.tries(who, "verify", may=False)

    @rule(choice=st.integers(0, 99), steps=st.integers(1, 3))
    def onward(self, choice: int, steps: int) -> None:
        """A step that gets the case on, so that stories get far: whoever it is, heads handle cases too."""
        for _ in range(steps):
            if ways := self.ways():
                ways[choice % len(ways)]()

    def ways(self) -> list[Callable[[], None]]:
        model = self.model
        waiting = [who for who in WORKING if len(model.waiting(who)) == 1]
        holding = [who for who in WORKING if len(model.mine(who)) == 1]
        others = [who for who in (*HEADS, "operator") if who not in model.handlers]
        to = [one for one in (*DEPARTMENTS, "work", "management") if all(job.to != one for job in model.live)]
        ways: dict[str, list[Callable[[], None]]] = {
            "discovered": [
                *(partial(self.accept, who) for who in IN_GRID),
                *(partial(self.self_handle, who) for who in IN_GRID),
                partial(self.hand_up, "member"),
            ],
            "consulting": [partial(self.dispatch, "micro_head", one) for one in to],
            "dispatched": [partial(self.accept, who) for who in waiting],
            "handling": [*(partial(self.accept, who) for who in waiting), *(partial(self.finish, who) for who in holding)],
            "suspended": [partial(self.resume, "operator")],
            "verifying": [partial(self.verify, who, good) for who in others for good in (True, True, False)],
            "rating": [partial(self.end, "operator", action) for action in ("close", "reopen")],
            "closed": [partial(self.end, "operator", "reopen")],
        }
        return ways.get(model.stands, [])

    def again(self) -> None:
        model = self.model
        last = {job.to: job for job in model.jobs if job.done_by}
        model.jobs += [Job(job.to, job.holder) for job in last.values()]
        model.stands = "handling"

    @rule(who=st.sampled_from(OFTEN), action=st.sampled_from(["close", "reopen"]))
    def end(self, who: str, action: str) -> None:
        model = self.model
        if action == "close":
            if self.tries(who, "close", model.stands == "rating" and who == "operator"):
                model.stands = "closed"
        elif self.tries(who, "reopen", model.stands in ("rating", "closed") and who == "operator", reason="未解决"):
            self.again()

    @rule(who=st.sampled_from(("operator", "member", "auditor")), chance=st.integers(0, 5))
    def void(self, who: str, chance: int) -> None:
        model = self.model
        if chance:  # Otherwise few cases would live.
            return
        if self.tries(who, "void", model.stands not in ("closed", "void") and who == "operator", reason="误报"):
            model.stands = "void"
            for job in model.live:
                job.ended = True

    @rule(who=st.sampled_from(OFTEN), kind=st.sampled_from(["extension", "suspension"]))
    def ask(self, who: str, kind: str) -> None:
        model = self.model
        theirs = model.stands in ("dispatched", "handling") and bool(model.waiting(who) or model.mine(who))
        fits = theirs and model.asked is None and (model.extensions < 2 if kind == "extension" else not model.suspended)
        if model.asked is not None and model.asked != kind:
            return
        until = {"until": (datetime.now(UTC) + timedelta(days=3)).isoformat()} if kind == "suspension" else {}
        if self.tries(who, f"ask_{kind}", fits, reason="雨天", **until):
            model.asked, model.asked_by = kind, who

    @rule(who=st.sampled_from(("micro_head", "grid_head", "operator", "member", "auditor")), granted=st.booleans())
    def review(self, who: str, granted: bool) -> None:
        model = self.model
        if model.asked is None:
            return
        request = self.at_work.see(self.number)["requests"][-1]["id"]
        may = {"extension": HEADS, "suspension": ("grid_head",)}[model.asked]
        fits = model.stands in ("dispatched", "handling") and who != model.asked_by and who in may
        if self.tries(who, "review", fits, request=request, granted=granted, reason="审核"):
            if granted and model.asked == "extension":
                model.extensions += 1
            elif granted:
                model.suspended, model.stands = True, "suspended"
            model.asked = None

    @rule(who=st.sampled_from(OFTEN))
    def resume(self, who: str) -> None:
        fits = self.model.stands == "suspended" and who in WORKING
        if who in DEPARTMENTS and all(job.to != who for job in self.model.jobs):
            fits = False
        if self.tries(who, "resume", fits):
            self.model.stands = self.model.by_jobs("dispatched")

    @invariant()
    def stands_where_the_model_says(self) -> None:
        told = self.at_work.see(self.number)
        assert told["state"] == self.model.stands
        assert told["version"] == self.model.done
        live = [task for task in told["tasks"] if task["state"] in ("waiting", "accepted", "started")]
        assert len(live) == len(self.model.live)
        assert (told["due_at"] is None) == (self.model.stands == "suspended")

    @invariant()
    def nothing_is_lost_from_the_journal(self) -> None:
        with state_of(self.at_work.app).sessions() as session:
            kept = session.execute(
                text("SELECT data ->> 'version' AS version FROM journal WHERE topic = 'cases' AND subject = :n ORDER BY id"),
                {"n": self.number},
            ).scalars()
            assert list(kept) == [None, *(str(n) for n in range(1, self.model.done + 1))]


def test_whatever_anybody_tries(at_work: Town) -> None:
    class Here(Loop):
        pass

    Here.at_work = at_work
    few = settings(max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Here, settings=few)


@pytest.mark.parametrize("who", ["stranger", "auditor", "planner", "administrator"])
def test_out_of_scope_or_role_nothing_happens(at_work: Town, who: str) -> None:
    number = at_work.alert()
    assert at_work.see(number, who)["allowed"] == []
    for action in ("accept", "void", "close", "verify"):
        fields = {"reason": "x"} if action == "void" else {}
        assert at_work.try_to(who, action, number, **fields).status_code == 403
