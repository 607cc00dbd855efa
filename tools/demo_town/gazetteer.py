"""The real part of the demo town: names and codes; and the invented part: seeds and sizes.

Codes are the town's nine digits plus the three-digit tail of the statistical division list; the
tails come from a list with the old county prefix, see data/geojson/README.md for the doubts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

TOWN_CODE: Final = "310151101"
TOWN_NAME: Final = "城桥镇"
TOWN_NAME_EN: Final = "Chengqiao Town"

RING: Final = (
    (121.338, 31.630),
    (121.398, 31.613),
    (121.452, 31.599),
    (121.461, 31.641),
    (121.402, 31.659),
    (121.346, 31.674),
)
"""The coarse outline, lon/lat, from the south-west corner along the river wall."""


@dataclass(frozen=True, slots=True)
class Place:
    """A village or community: its seed in the plane (km along the coast, km inland) and wanted area in km²."""

    tail: str
    name: str
    pinyin: str
    u: float
    v: float
    area: float

    @property
    def code(self) -> str:
        return TOWN_CODE + self.tail

    @property
    def is_village(self) -> bool:
        return int(self.tail) >= 200

    @property
    def full_name(self) -> str:
        if self.is_village or self.name.endswith("社区"):
            return self.name
        return self.name + "社区"

    @property
    def name_en(self) -> str:
        return f"{self.pinyin} {'Village' if self.is_village else 'Community'}"


PLACES: Final = (
    Place("001", "南门", "Nanmen", 0.20, -1.55, 0.35),
    Place("003", "花园弄", "Huayuannong", -0.50, -0.55, 0.20),
    Place("004", "新崇", "Xinchong", -0.95, -0.95, 0.28),
    Place("005", "城中", "Chengzhong", 0.00, -0.55, 0.20),
    Place("006", "吴家弄", "Wujianong", 0.25, -0.15, 0.18),
    Place("007", "川心街", "Chuanxinjie", -0.20, -0.95, 0.20),
    Place("008", "西泯沟", "Ximingou", -1.00, -0.40, 0.25),
    Place("009", "东河沿", "Dongheyan", 0.55, -0.45, 0.20),
    Place("011", "北门社区", "Beimen", -0.05, 0.25, 0.30),
    Place("013", "西门南村", "Ximen Nancun", -1.50, -0.80, 0.30),
    Place("014", "西门北村", "Ximen Beicun", -1.45, -0.20, 0.30),
    Place("015", "城西", "Chengxi", -2.10, -1.10, 0.60),
    Place("016", "东门新村", "Dongmen Xincun", 1.10, -0.80, 0.25),
    Place("017", "玉环新村", "Yuhuan Xincun", 0.65, 0.20, 0.35),
    Place("019", "江山新村", "Jiangshan Xincun", -0.60, 0.20, 0.30),
    Place("020", "学宫新村", "Xuegong Xincun", 0.75, -0.95, 0.25),
    Place("021", "湄洲新村", "Meizhou Xincun", 0.90, -1.45, 0.30),
    Place("022", "观潮新村", "Guanchao Xincun", -0.50, -1.50, 0.35),
    Place("023", "小港新村", "Xiaogang Xincun", 1.30, 0.30, 0.40),
    Place("024", "永凤", "Yongfeng", 1.50, -0.90, 0.30),
    Place("025", "怡祥居", "Yixiangju", 1.60, -1.40, 0.45),
    Place("026", "城东", "Chengdong", 1.55, -0.30, 0.45),
    Place("027", "明珠花苑", "Mingzhu Huayuan", 2.20, -0.45, 0.50),
    Place("028", "金珠", "Jinzhu", 2.30, -1.20, 0.55),
    Place("029", "海岛星城", "Haidao Xingcheng", -1.40, -1.45, 0.60),
    Place("203", "城桥村", "Chengqiao", -0.30, 1.05, 2.2),
    Place("204", "施翘村", "Shiqiao", -3.40, -1.00, 3.1),
    Place("208", "马桥村", "Maqiao", -1.90, 0.60, 2.5),
    Place("212", "运粮村", "Yunliang", -3.20, 0.60, 3.0),
    Place("214", "新闸村", "Xinzha", 1.70, 1.10, 2.6),
    Place("215", "元六村", "Yuanliu", 2.80, 2.30, 3.5),
    Place("217", "湾南村", "Wannan", -5.20, 2.30, 3.9),
    Place("218", "利民村", "Limin", 3.50, 0.30, 3.2),
    Place("220", "老滧港渔村", "Laoxiaogang Fishing", 4.60, -1.00, 3.6),
    Place("222", "推虾港村", "Tuixiagang", 0.80, 2.30, 3.4),
    Place("225", "鳌山村", "Aoshan", 4.70, 1.70, 3.9),
    Place("230", "侯南村", "Hounan", -1.20, 2.30, 3.3),
    Place("231", "聚训村", "Juxun", -3.20, 2.30, 3.7),
    Place("233", "山阳村", "Shanyang", -5.30, -1.00, 3.2),
    Place("234", "长兴村", "Changxing", -5.00, 0.60, 3.3),
)
