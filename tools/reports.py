"""Write docs/reports.md from the definitions of the indicators: `python -m tools.reports`."""

from collections.abc import Iterable
from pathlib import Path

from gridmap.appraisal.indicators import of
from gridmap.appraisal.measures import MEASURES, Subject
from gridmap.appraisal.ratios import Ratio

PAGE = Path(__file__).resolve().parents[1] / "docs/reports.md"
HEAD = """# 报表与大屏 · Reports and the wall

日报、周报、月报与大屏的每个数都有一个写明的口径。指标表由 `python -m tools.reports` 从 `gridmap/appraisal/` 的 `measures.py` 和
`ratios.py` 生成，测试会比对；另一个测试用随机案件，把数据库算出的数与逐件手算的数对照。

Every figure of the day, week and month reports and of the wall has one written definition. The tables are made by
`python -m tools.reports` from `measures.py` and `ratios.py` of `gridmap/appraisal/`; a test compares, and another counts
random cases by hand and by the database.

## 怎样看 · Where to look

{places}
看报表须有 `report.read`（见 [roles.md](roles.md)）。报表里没有个人信息。
Reports ask for `report.read` (see [roles.md](roles.md)); they hold no personal data.

大屏：`?grid=` 只看一个网格，`?seconds=` 每个画面停留几秒（5 至 600，默认 20）。←、→ 或翻页笔换画面，空格停住，F 全屏。
断线时顶部红条写明画面停在几点，恢复后自动补齐。没有人值守的屏幕用自己的密钥：管理员在“密钥”页生成权限为 `wall` 的密钥，把所给链接
在那台浏览器里打开一次（`#` 前可加 `?grid=`），此后一直显示，直到吊销或到期；它只能看，不能做任何操作。
The wall: `?grid=` narrows it to a grid, `?seconds=` says how long a view stays (5 to 600, usually 20). Arrow keys or a
presenter's remote change the view, space holds it, F fills the screen. While the line is down a red bar says since when;
afterwards it catches up by itself. A screen nobody sits at has a key of its own: an administrator makes one good for
`wall` and opens the link that is shown, once, in that browser (`?grid=` may stand before the `#`). It then shows the wall
until the key is revoked or expires; it looks and does nothing else.

## 通则 · Rules that hold everywhere

- 日、周（周一起）、月按上海时间的自然日。 Days, weeks (from Monday) and months are calendar days in Asia/Shanghai.
- 环比：上一期；同比：去年同日、同一 ISO 周、同月。尚未结束的一期，与其他各期的同一时段比较。
  Compared are the period before and the same one a year before; a running period with as much of the others as has run of it.
- 作废、并案的不算案件，只计入上报数。 Void and merged cases count as reported and as nothing else.
- 未结而已过时限的计为超期，直到结案；在时限内处置完成、只待核查的不算。
  A case that is open past its limit counts as late until it is closed; one handled in time that waits to be verified does not.
- 挂账时间不计；正在挂账的不进分母。 Suspended time is not counted; what is suspended is in no denominator.
- 申诉免责的超时计为按期；“原始”数不免责。 An overtime excused by an appeal counts as on time; raw figures forgive nothing.
- 分母为零的比率显示“—”。 A ratio of nothing is shown as “—”.
- 数字按现在所知计算：后来重开、改时限的案件，会改变过去各期的数。
  Figures stand on what is known now: a case reopened or given another limit later changes the figures of periods past.
- 地图上的“已超时”只看时限是否已过，含已处置待核查的，因此可能比报表的“超期未结”多。
  The map's “overdue” looks at the limit alone and may be more than the report's, which leaves out what was handled in time.
- CSV、Excel 里以 = + - @ 开头的文字前加单引号，表格软件不会当公式执行。
  In CSV and Excel text that begins with = + - @ gets an apostrophe in front, so that no spreadsheet runs it.

公式出处为各地公开规则与厂商文档（二手资料）；标准里的位置是 GB/T 30428.4（绩效评价）与 GB/T 47678.10，原文未见。
Formulas come from cities' published rules and vendors' papers, second-hand; the standards' place for them is GB/T 30428.4 and
GB/T 47678.10, which we have not seen.
"""
PLACES = (
    (
        "`/reports`",
        (
            "日、周、月报：关键数、逐时或逐日图、全部指标、按来源、网格、类别大类、部门分列；CSV、Excel、打印（A4，可存 PDF）。"
            " The reports: key figures, a chart, every indicator, parts; CSV, Excel, print on A4."
        ),
    ),
    (
        "`/wall`",
        (
            "大屏：今日立案、结案、按期结案率、即将超时、超时未结、未结案；实时地图；四个画面轮播。"
            " The wall: key figures, live map, four views in turn."
        ),
    ),
    (
        "`/api/v1/reports/day`",
        (
            "同样的数，JSON；`week`、`month` 同理；加 `.csv`、`.xlsx` 下载。"
            " The same as JSON; `week` and `month` likewise; `.csv` and `.xlsx`."
        ),
    ),
    ("`/api/v1/reports/now`", "大屏的关键数。 The wall's key figures."),
    ("`/api/v1/reports/indicators`", "本页的口径，JSON。 This page's definitions as JSON."),
)
TITLES = {Subject.CASE: "案件 · Cases", Subject.TASK: "任务 · Tasks"}


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _ratio(one: Ratio) -> str:
    above, below = MEASURES[one.numerator], MEASURES[one.denominator]
    better = {"more": "↑", "less": "↓"}[one.better]
    formula = f"{above.zh} ÷ {below.zh}"
    return _row([f"`{one.key}`", one.zh, one.en, formula, f"`{one.numerator}` / `{one.denominator}`", better, one.source])


def text() -> str:
    """The whole page."""
    places = "".join(map(_row, (("去处 Where", "内容 What"), ("---", "---"), *PLACES)))
    page = HEAD.replace("{places}\n", places + "\n")
    for subject, title in TITLES.items():
        measures, ratios = of(subject)
        page += f"\n## {title}\n\n"
        page += _row(["比率 Ratio", "中文", "English", "公式", "Formula", "好 Good", "出处 Source"]) + _row(["---"] * 7)
        page += "".join(map(_ratio, ratios)) + "\n"
        page += _row(["计数 Count", "中文", "English", "口径", "Rule"]) + _row(["---"] * 5)
        page += "".join(_row([f"`{one.key}`", one.zh, one.en, one.rule_zh, one.rule_en]) for one in measures)
    return page


if __name__ == "__main__":
    PAGE.write_text(text(), "utf-8")
