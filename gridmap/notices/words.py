"""Notices in words, Chinese and English. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gridmap.clock import local

# kind: (Chinese, English); what stands in braces comes from the notice's facts.
KINDS: Mapping[str, tuple[str, str]] = {
    "named": ("新案件，您正在值班", "A new case, and you are on duty"),
    "task": ("新任务", "A new task for you"),
    "handed_up": ("请组织会商", "Handed up to you: call the teams together"),
    "returned": ("任务被退回", "A task was handed back"),
    "rework": ("需要返工", "To be done again"),
    "to_verify": ("请核实处置结果", "Handled: please verify"),
    "mention": ("有人在评论中提到您", "Somebody mentioned you in a remark"),
    "review_asked": ("请审核申请", "A request waits for your review"),
    "reviewed": ("您的申请已审核", "Your request was reviewed"),
    "supervised": ("督办通知", "A supervision order"),
    "answered": ("督办已答复", "Your supervision order was answered"),
    "at_risk": ("即将超时", "The limit will soon run out"),
    "overdue": ("已超时", "The limit has run out"),
    "dispatch_overdue": ("派遣超时", "It waits for longer than it should to be accepted or handed on"),
    "accept_overdue": ("接单超时", "A task waits for longer than it should to be accepted"),
    "verify_overdue": ("核实超时", "It waits for longer than it should to be verified"),
    "reply_overdue": ("督办答复超时", "The answer to a supervision order is overdue"),
    "resumed": ("挂账到期，已恢复计时", "The suspension is over: the clock runs again"),
    "closed": ("已结案", "The case was closed"),
    "redrawn": ("网格重划，案件换了网格", "Grids were redrawn, and cases changed grid"),
    "roster": ("您的班次有变动", "Your turns have changed"),
    "plan_to_review": ("请审核方案", "A plan waits for your review"),
    "plan_returned": ("方案被退回修改", "Your plan was sent back"),
    "plan_approved": ("方案已批准", "Your plan was approved"),
    "plan_published": ("方案已发布", "The plan was published"),
    "publish_refused": ("定时发布未能进行", "A scheduled publish was refused"),
    "route_differs": ("复核发现案件的网格可能有误", "A check of routes finds another grid for this case"),
}
RUNGS: Mapping[str, tuple[str, str]] = {
    "member": ("处置人员", "who has it in hand"),
    "micro_head": ("微网格长", "micro-grid head"),
    "grid_head": ("网格长", "grid head"),
    "town": ("镇中心", "town centre"),
    "department": ("部门负责人", "the department's leader"),
}
REQUESTS: Mapping[str, tuple[str, str]] = {
    "extension": ("延期申请", "extension"),
    "suspension": ("挂账申请", "suspension"),
    "appeal": ("申诉", "appeal"),
}
_TURNS: Mapping[str, tuple[str, str]] = {"takes": ("由您值班", "yours now:"), "gives": ("不再由您值班", "not yours any more:")}
_REVIEWED = {True: ("同意", "granted"), False: ("不同意", "refused")}
_REASON = ("reason", "text", "note")


def title(kind: str) -> tuple[str, str]:
    """What a notice is about, Chinese and English; a kind this version does not know is told as it is."""
    return KINDS.get(kind, (kind, kind))


def details(facts: Mapping[str, Any]) -> tuple[str, str]:
    """What more there is to say, Chinese and English; "" where there is nothing."""
    zh, en = [], []
    if rung := RUNGS.get(str(facts.get("rung"))):
        zh.append(f"提醒到：{rung[0]}")
        en.append(f"reminded: {rung[1]}")
    if about := _plan(facts) or _request(facts) or _judged(facts):
        zh.append(about[0])
        en.append(about[1])
    if facts.get("due_at"):
        moment = local(datetime.fromisoformat(facts["due_at"])).strftime("%Y-%m-%d %H:%M")
        zh.append(f"截止 {moment}")
        en.append(f"due {moment}")
    if moved := facts.get("moved"):
        numbers = [str(one["number"]) for one in facts.get("cases", ())]
        more = max(moved - len(numbers), 0)
        zh.append(f"{moved} 件案件：{'、'.join(numbers)}" + (f" 等（另 {more} 件）" if more else ""))
        en.append(f"{moved} cases: {', '.join(numbers)}" + (f" and {more} more" if more else ""))
    for name, words in _TURNS.items():
        if turns := [f"{turn['day']} {turn['starts']}–{turn['ends']}" for turn in facts.get(name, ())]:
            zh.append(f"{words[0]} {'、'.join(turns)}")
            en.append(f"{words[1]} {', '.join(turns)}")
    if facts.get("codes"):
        zh.append(f"这些网格已被别人重划：{'、'.join(facts['codes'])}")
        en.append(f"others have redrawn these grids: {', '.join(facts['codes'])}")
    said = next((str(facts[name]) for name in _REASON if facts.get(name)), "")
    return "；".join([*zh, *filter(None, [said])]), "; ".join([*en, *filter(None, [said])])


def _plan(facts: Mapping[str, Any]) -> tuple[str, str] | None:
    name, by = facts.get("plan_name"), facts.get("by")
    return (f"“{name}”（{by}）", f"“{name}” ({by})") if name else None


def _judged(facts: Mapping[str, Any]) -> tuple[str, str] | None:
    ours, theirs = facts.get("routed"), facts.get("judged")
    return (f"定格 {ours}，数据库复核 {theirs}", f"routed {ours}, the database says {theirs}") if theirs else None


def _request(facts: Mapping[str, Any]) -> tuple[str, str] | None:
    asked = REQUESTS.get(str(facts.get("asked")))
    if asked is None:
        return None
    answer = _REVIEWED.get(facts["granted"]) if "granted" in facts else None
    return "：".join([asked[0], *([answer[0]] if answer else [])]), ": ".join([asked[1], *([answer[1]] if answer else [])])
