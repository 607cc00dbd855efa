"""What is counted: the one written definition of every count. Pure; the rules that hold for all stand in `indicators`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Subject(StrEnum):
    """What is counted."""

    CASE = "case"
    TASK = "task"


@dataclass(frozen=True)
class Measure:
    """A count (or a sum of hours): its key, names, and its rule; the period is what the report covers, the end its end or now."""

    key: str
    zh: str
    en: str
    rule_zh: str
    rule_en: str
    of: Subject = Subject.CASE


_T = Subject.TASK
_MEASURES = (
    Measure("reported", "上报数", "Reported", "本期收到的案件，含作废与并案", "received in the period, void and merged ones too"),
    Measure("filed", "立案数", "Filed", "本期收到且未作废、未并案", "received in the period, neither void nor merged"),
    Measure("closed", "结案数", "Closed", "本期结案", "closed in the period"),
    Measure(
        "in_hand",
        "在办数",
        "In hand",
        "本期内曾未结的案件，不含期末挂账",
        "open at some time in the period, but for those suspended at its end",
    ),
    Measure("left_open", "期末未结数", "Left open", "期末仍未结，含挂账", "open at the end, suspended ones too"),
    Measure("suspended", "期末挂账数", "Suspended", "期末正在挂账", "suspended at the end"),
    Measure(
        "due",
        "应结案数",
        "Due",
        "本期结案且有时限的，加期末超期未结的",
        "closed in the period and had a limit, or overdue and open at the end",
    ),
    Measure(
        "on_time",
        "按期结案数",
        "On time",
        "本期结案，处置完成不晚于时限，或超时经申诉免责",
        "closed in the period, handled within the limit or excused by an appeal",
    ),
    Measure(
        "overdue_open",
        "超期未结数",
        "Overdue and open",
        "期末未结，时限已过且未在时限内处置完成，未免责",
        "open at the end, past its limit and not handled within it, not excused",
    ),
    Measure("due_raw", "应结案数（原始）", "Due (raw)", "同应结案数，不计免责", "as due, no excuse counted"),
    Measure("on_time_raw", "按期结案数（原始）", "On time (raw)", "同按期结案数，不计免责", "as on time, no excuse counted"),
    Measure(
        "excused", "申诉免责数", "Excused", "本期结案，超时经申诉免责", "closed in the period, late and excused by an appeal"
    ),
    Measure(
        "checked",
        "核查数",
        "Checked",
        "本期核查过的案件：核查通过、返工、重开或评价未解决",
        "checked in the period: verified, sent back, reopened, or rated as not solved",
    ),
    Measure(
        "sent_back",
        "返工数",
        "Sent back",
        "本期返工、重开或评价未解决的案件",
        "sent back, reopened or rated as not solved in the period",
    ),
    Measure(
        "handled",
        "处置完成数",
        "Handled",
        "本期处置完成的案件，含自行处置",
        "whose handling was finished in the period, on the spot or not",
    ),
    Measure("self_handled", "自行处置数", "Handled on the spot", "本期自行处置的案件", "handled on the spot in the period"),
    Measure("extended", "延期数", "Extended", "在办案件中本期获准延期的", "in hand, and an extension was granted in the period"),
    Measure(
        "supervised", "督办数", "Supervised", "在办案件中本期被督办的", "in hand, and a supervision order was given in the period"
    ),
    Measure(
        "handling_hours",
        "处置用时合计",
        "Handling time",
        "本期结案案件从收到到处置完成的小时数，扣除挂账",
        "hours from receipt to the end of handling, suspensions taken off, of cases closed in the period",
    ),
    Measure("votes", "评价数", "Ratings", "本期居民评价", "residents' ratings in the period"),
    Measure("satisfied", "满意数", "Satisfied", "其中非常满意与满意", "of these, very satisfied and satisfied"),
    Measure("solved", "认为已解决数", "Solved", "其中认为问题已解决", "of these, saying that the matter is solved"),
    Measure("given", "派遣任务数", "Tasks given", "本期派给的任务", "tasks given in the period", _T),
    Measure(
        "task_in_hand",
        "在办任务数",
        "Tasks in hand",
        "本期内曾未完成的任务，不含撤回与期末挂账",
        "open at some time in the period, but for withdrawn ones and those suspended at its end",
        _T,
    ),
    Measure("done", "处置任务数", "Tasks done", "本期完成的任务", "done in the period", _T),
    Measure("handed_back", "退回任务数", "Handed back", "本期退回的任务", "handed back in the period", _T),
    Measure("ended", "办结任务数", "Done or handed back", "本期完成或退回的任务", "done or handed back in the period", _T),
    Measure(
        "task_due",
        "应处置任务数",
        "Tasks due",
        "本期完成且有时限的，加期末超期未完成的",
        "done in the period and had a limit, or overdue and open at the end",
        _T,
    ),
    Measure(
        "task_on_time",
        "按期处置任务数",
        "Tasks on time",
        "本期完成，不晚于任务时限，或案件超时经申诉免责",
        "done in the period within the task's limit, or the case was excused by an appeal",
        _T,
    ),
    Measure(
        "task_overdue",
        "超期待处置任务数",
        "Tasks overdue",
        "期末未完成且已过时限，未免责",
        "open at the end past their limit, not excused",
        _T,
    ),
    Measure(
        "task_due_raw",
        "应处置任务数（原始）",
        "Tasks due (raw)",
        "同应处置任务数，不计免责",
        "as tasks due, no excuse counted",
        _T,
    ),
    Measure(
        "task_on_time_raw",
        "按期处置任务数（原始）",
        "Tasks on time (raw)",
        "同按期处置任务数，不计免责",
        "as tasks on time, no excuse counted",
        _T,
    ),
    Measure(
        "task_hours",
        "任务用时合计",
        "Task time",
        "本期完成的任务从派给到完成的小时数，扣除挂账",
        "hours from giving to done, suspensions taken off, of tasks done in the period",
        _T,
    ),
)
MEASURES: Mapping[str, Measure] = {one.key: one for one in _MEASURES}
