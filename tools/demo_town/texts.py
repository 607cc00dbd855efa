"""What the invented cases say, and how often each category and source occurs."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

NEW: Final = "GB/T 47678.5-2026"
OLD: Final = "GB/T 30428.2-2013"

SOURCES: Final = ("camera-ai", "city-terminal", "hotline-12345", "resident", "patrol")


@dataclass(frozen=True, slots=True)
class Kind:
    """A category with its share of all cases, the shares of the five sources, typical hours to close, and texts."""

    code: str
    old_code: str | None
    share: int
    sources: tuple[int, int, int, int, int]
    hours: float
    texts: tuple[str, ...]


KINDS: Final = (
    Kind(
        "06010",
        "0110",
        16,
        (5, 4, 1, 2, 2),
        3,
        ("{road}{side}人行道有暴露垃圾约{n}平方米", "{road}{side}绿化带旁有暴露生活垃圾{n}袋"),
    ),
    Kind("06042", None, 13, (6, 3, 1, 2, 1), 3, ("{road}{side}垃圾桶满溢，桶外散落约{n}袋", "{road}{side}分类投放点{n}只桶满冒")),
    Kind(
        "09005",
        "0405",
        11,
        (6, 3, 1, 1, 1),
        2,
        ("{road}{side}店铺货物摆出门外约{n}米", "{road}{side}水果店店外经营，占用人行道约{n}平方米"),
    ),
    Kind("09006", "0406", 9, (5, 3, 1, 2, 1), 2, ("{road}{side}有{n}个摊点占道经营", "{road}近路口处有人占道摆摊卖菜")),
    Kind(
        "06036", "0136", 9, (3, 4, 1, 1, 2), 9, ("{road}{side}堆放杂物约{n}平方米，影响通行", "{road}{side}楼道口堆放纸箱{n}个")
    ),
    Kind("06012", "0112", 8, (2, 4, 0, 1, 2), 3, ("{road}{side}路面不洁，有泥渍约{n}米", "{road}非机动车道落叶、烟头较多")),
    Kind(
        "06017", "0117", 7, (1, 4, 0, 1, 3), 5, ("{road}{side}绿地内有塑料袋、饮料瓶{n}处", "{road}{side}绿化带脏乱约{n}平方米")
    ),
    Kind("06011", "0111", 6, (2, 3, 1, 1, 2), 40, ("{road}{side}空地积存建筑垃圾约{n}立方米", "{road}旁装修垃圾未清运，约{n}袋")),
    Kind("09010", "0410", 6, (6, 2, 0, 1, 1), 2, ("{road}{side}非机动车乱停放{n}辆", "{road}公交站旁共享单车堵住盲道，约{n}辆")),
    Kind("09009", "0409", 5, (6, 1, 2, 2, 0), 6, ("{road}{side}机动车违停{n}辆", "{road}路口转角处有{n}辆汽车乱停")),
    Kind("07003", "0203", 3, (0, 3, 1, 0, 2), 14, ("{road}{side}擅自设置户外广告{n}处",)),
    Kind("06045", None, 3, (0, 2, 2, 1, 1), 6, ("{road}{side}绿地被占用种菜约{n}平方米",)),
    Kind("09001", "0401", 3, (4, 2, 1, 1, 0), 2, ("{road}{side}有无照流动摊贩{n}人",)),
    Kind("07001", "0201", 2, (0, 3, 0, 0, 3), 10, ("{road}{side}电线杆上有小广告{n}处",)),
    Kind("06025", "0125", 2, (1, 1, 1, 1, 3), 20, ("{road}旁河面有漂浮垃圾约{n}平方米",)),
    Kind("06013", "0113", 2, (1, 2, 2, 1, 1), 45, ("{road}{side}路面破损约{n}平方米",)),
    Kind("01003", None, 2, (0, 2, 1, 1, 2), 6, ("{road}{side}雨水井盖松动，车辆经过有异响",)),
    Kind("01037", None, 2, (0, 1, 3, 2, 1), 26, ("{road}连续{n}盏路灯不亮",)),
    Kind("06028", None, 1, (0, 0, 4, 1, 0), 4, ("居民反映{road}附近夜间噪声扰民",)),
    Kind("08004", "0304", 1, (1, 1, 2, 1, 0), 4, ("{road}{side}工地扬尘，未见喷淋",)),
)

PATIENT: Final = tuple(kind for kind in KINDS if kind.hours >= 20 or kind.code in {"09009", "06028"})
"""The kinds that may wait for days: with a long limit or none."""

VENDOR_CODES: Final = {
    ("dahua", "06010"): "890", ("dahua", "06042"): "895", ("dahua", "09005"): "882", ("dahua", "09001"): "887",
    ("dahua", "09009"): "893", ("dahua", "09010"): "894", ("dahua", "06011"): "883",
    ("ai-box", "06010"): "GarbageExposed", ("ai-box", "06042"): "GarbageOverflow",
    ("ai-box", "09005"): "OffStoreOperation", ("ai-box", "09006"): "RoadOccupatedInOperation",
    ("ai-box", "09001"): "UnlicensedBusinessVendor", ("ai-box", "09009"): "MotorVehicleParking",
    ("ai-box", "09010"): "NoneMotorVehicleParking", ("ai-box", "06011"): "ResidueAccumulation",
    ("ai-box", "06013"): "RoadDamaged",
}  # fmt: skip
"""The vendor's code a camera of that vendor sends with a category (data/categories/source_codes.csv)."""

UNMAPPED: Final = (
    ("dahua", "891", "{road}{side}商铺门前违规撑伞"),
    ("dahua", "892", "{road}{side}门前脏乱"),
    ("ai-box", "RoadPonding", "{road}{side}路面积水约{n}平方米"),
    ("ai-box", "wellCoverAbnormal", "{road}{side}井盖异常"),
    ("hikvision", "131614", "{road}{side}事件，厂商代码未识别"),
)
_SIDES: Final = ("东侧", "西侧", "南侧", "北侧", "路口东北角", "路口西南角", "公交站旁", "小区门口")


def told(template: str, road: str, rng: Random) -> str:
    """A text, marked as a demonstration."""
    return "【演示】" + template.format(road=road, side=rng.choice(_SIDES), n=rng.randint(2, 9))
