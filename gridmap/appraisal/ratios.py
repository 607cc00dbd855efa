"""What is divided by what: the one written definition of every ratio. Pure; the rules that hold for all stand in `indicators`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gridmap.appraisal.measures import Subject


class Better(StrEnum):
    """Whether a rise or a fall of a ratio is good."""

    MORE = "more"
    LESS = "less"


@dataclass(frozen=True)
class Ratio:
    """A quotient of two measures.

    Attributes:
        source: where the formula comes from.
        better: whether a rise or a fall is good.
        unit: "share" (0 to 1) or "hours".
    """

    key: str
    zh: str
    en: str
    numerator: str
    denominator: str
    source: str
    better: Better
    unit: str = "share"
    of: Subject = Subject.CASE


_T = Subject.TASK
_UP, _DOWN = Better.MORE, Better.LESS
_JINHUA = "金华：按期结案率=按期结案数/(应结案数-缓办数)"
_CHENGDU = "成都金牛：按期处置率=按期处置数/应处置数"
_RATIOS = (
    Ratio("on_time_rate", "按期结案率", "On-time rate", "on_time", "due", _JINHUA, _UP),
    Ratio("on_time_rate_raw", "按期结案率（原始）", "On-time rate (raw)", "on_time_raw", "due_raw", _JINHUA, _UP),
    Ratio(
        "closing_rate", "结案率", "Closing rate", "closed", "in_hand", "金华：结案率=结案数/(应结案数-缓办数)；分母取在办数", _UP
    ),
    Ratio(
        "overdue_rate",
        "超期未结率",
        "Overdue rate",
        "overdue_open",
        "in_hand",
        "成都金牛：超期待处置率=超期待处置数/应处置数；分母取在办数",
        _DOWN,
    ),
    Ratio(
        "rework_rate", "返工率", "Rework rate", "sent_back", "checked", "成都金牛：返工率=返工数/应结案数；分母取核查数", _DOWN
    ),
    Ratio(
        "extension_rate",
        "延期率",
        "Extension rate",
        "extended",
        "in_hand",
        "成都金牛：延期率=延期数/应处置数；分母取在办数",
        _DOWN,
    ),
    Ratio("supervision_rate", "督办率", "Supervision rate", "supervised", "in_hand", "本系统：督办数/在办数", _DOWN),
    Ratio(
        "self_handling_rate",
        "自行处置率",
        "Share handled on the spot",
        "self_handled",
        "handled",
        "本系统：自行处置数/处置完成数（小事一格解决）",
        _UP,
    ),
    Ratio("valid_rate", "有效上报率", "Valid reports", "filed", "reported", "数字政通：有效上报率=有效上报/上报", _UP),
    Ratio("satisfaction_rate", "满意率", "Satisfaction", "satisfied", "votes", "数字政通：满意率，分母取评价数", _UP),
    Ratio("solved_rate", "解决率", "Said to be solved", "solved", "votes", "本系统：认为已解决数/评价数", _UP),
    Ratio(
        "mean_handling",
        "平均处置用时（小时）",
        "Mean handling time (h)",
        "handling_hours",
        "closed",
        "评价字段：平均处置用时（GB/T 30428.4 各地扩展）",
        _DOWN,
        "hours",
    ),
    Ratio("task_on_time_rate", "按期处置率", "Tasks on time", "task_on_time", "task_due", _CHENGDU, _UP, of=_T),
    Ratio(
        "task_on_time_rate_raw",
        "按期处置率（原始）",
        "Tasks on time (raw)",
        "task_on_time_raw",
        "task_due_raw",
        _CHENGDU,
        _UP,
        of=_T,
    ),
    Ratio(
        "task_done_rate",
        "处置率",
        "Tasks done",
        "done",
        "task_in_hand",
        "成都金牛：处置率=处置数/应处置数；分母取在办任务数",
        _UP,
        of=_T,
    ),
    Ratio(
        "task_overdue_rate",
        "超期待处置率",
        "Tasks overdue",
        "task_overdue",
        "task_in_hand",
        "成都金牛：超期待处置率=超期待处置数/应处置数；分母取在办任务数",
        _DOWN,
        of=_T,
    ),
    Ratio("hand_back_rate", "退回率", "Handed back", "handed_back", "ended", "数字政通：回退；分母取办结任务数", _DOWN, of=_T),
    Ratio(
        "mean_task",
        "平均任务用时（小时）",
        "Mean task time (h)",
        "task_hours",
        "done",
        "评价字段：平均处置用时",
        _DOWN,
        "hours",
        _T,
    ),
)
RATIOS: Mapping[str, Ratio] = {one.key: one for one in _RATIOS}
