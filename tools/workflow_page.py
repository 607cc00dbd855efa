"""Writes docs/workflow.md from the workflow's table: `python -m tools.workflow_page`. A test compares."""

from collections.abc import Iterator
from pathlib import Path

from gridmap.accounts.rights import RIGHTS, Role
from gridmap.cases.states import ENDED_STATES, State
from gridmap.cases.workflow import TABLE, Action, By, Transition

PAGE = Path(__file__).parent.parent / "docs" / "workflow.md"
STATES = {
    State.DISCOVERED: "待处理",
    State.CONSULTING: "会商中",
    State.DISPATCHED: "待接单",
    State.HANDLING: "处置中",
    State.SUSPENDED: "挂账",
    State.VERIFYING: "待核实",
    State.RATING: "待评价",
    State.CLOSED: "已结案",
    State.VOID: "已作废",
    State.MERGED: "已并案",
}
ACTIONS = {
    Action.CLASSIFY: "归类",
    Action.LOCATE: "定位",
    Action.ACCEPT: "接单",
    Action.START: "开始处置",
    Action.SELF_HANDLE: "自行处置",
    Action.HAND_UP: "上报",
    Action.CONSULT: "会商",
    Action.DISPATCH: "派遣",
    Action.HAND_BACK: "退回",
    Action.TRANSFER: "转办",
    Action.FINISH: "办结",
    Action.VERIFY: "核实",
    Action.REWORK: "返工",
    Action.RATE: "评价",
    Action.CLOSE: "结案",
    Action.REOPEN: "重开",
    Action.VOID: "作废",
    Action.MERGE: "并案",
    Action.UNMERGE: "撤销并案",
    Action.ASK_EXTENSION: "申请延期",
    Action.ASK_SUSPENSION: "申请挂账",
    Action.ASK_APPEAL: "申诉",
    Action.REVIEW: "审核",
    Action.RESUME: "恢复",
    Action.SUPERVISE: "督办",
    Action.ANSWER_SUPERVISION: "答复督办",
    Action.LIFT_SUPERVISION: "解除督办",
    Action.COMMENT: "评论",
    Action.ATTACH: "附凭证",
}
ROLES = {
    Role.OPERATOR: "操作员 operator",
    Role.PLANNER: "规划员 planner",
    Role.MEMBER: "微网格成员 member",
    Role.MICRO_HEAD: "微网格长 micro-grid head",
    Role.GRID_HEAD: "网格长 grid head",
    Role.HANDLER: "部门处置员 handler",
    Role.RESIDENT: "居民 resident",
    Role.ADMINISTRATOR: "管理员 administrator",
    Role.AUDITOR: "审计员 auditor",
    Role.DEVICE: "设备 device",
}
WHOSE = {
    By.ANYONE: "有此权限者 · whoever has the right",
    By.ADDRESSEE: "任务派给的人 · whom a waiting task is given to",
    By.HOLDER: "接了任务的人 · who accepted a task",
    By.EITHER: "任务派给或接了任务的人 · either of these",
    By.LEADER: "同上，或可派遣者 · either, or who may dispatch",
    By.OTHERS: "没有处置过的人 · nobody who handled it",
}
HEAD = """# 案件流程 · The loop

这一页由程序里的流程表生成（`python -m tools.workflow_page`），测试会比对，不会过时。
发现—会商—处置—反馈—评价；小事一格解决，大事全网联动。接口见 [api.md](api.md)。

This page is made from the table in `gridmap/cases/workflow.py`; a test compares. The database
refuses every step that is not in it.

"""


def page() -> str:
    """The whole page, in Markdown with a Mermaid diagram."""
    return HEAD + "".join(f"{line}\n" for line in [*_diagram(), "", *_table()])


def _diagram() -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield "    direction LR"
    yield from (f'    state "{zh} {state.value}" as {state.value}' for state, zh in STATES.items())
    yield f"    [*] --> {State.DISCOVERED.value}"
    # Voiding is possible from every open state and would hide the rest.
    steps: dict[tuple[State, State], list[str]] = {}
    for action, row in TABLE.items():
        for source, targets in row.paths.items():
            for target in targets:
                if target is not source and action is not Action.VOID:
                    steps.setdefault((source, target), []).append(ACTIONS[action])
    yield from (f"    {a.value} --> {b.value}: {'、'.join(actions)}" for (a, b), actions in steps.items())
    yield from (f"    {state.value} --> [*]" for state in ENDED_STATES)
    yield "```"


def _table() -> Iterator[str]:
    yield "未结案件在任何状态都可作废（图中略去）。 An open case can be declared void in every state (left out of the drawing)."
    yield ""
    yield "| 操作 Action | 从 From | 到 To | 须填 Needs（可填 may） | 谁 By whom, of those with the right | 角色 Roles |"
    yield "|---|---|---|---|---|---|"
    yield from (_line(action, row) for action, row in TABLE.items())


def _line(action: Action, row: Transition) -> str:
    targets = sorted({target for found in row.paths.values() for target in found}, key=list(State).index)
    stays = all(found == (source,) for source, found in row.paths.items())
    fields = [*(f"`{name}`" for name in row.needs), *(f"(`{name}`)" for name in row.may)]
    roles = [ROLES[role] for role in Role if role in RIGHTS[f"case.{action.value}"].roles]
    cells = (
        f"{ACTIONS[action]} `{action.value}`",
        "、".join(STATES[state] for state in row.paths),
        "不变 stays" if stays else "、".join(STATES[state] for state in targets),
        " ".join(fields) or "–",
        WHOSE[row.by],
        "、".join(roles),
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
