"""Invented people for the town: heads of every grid, three teams in every micro-grid, eight departments, weekly rosters.

Names are 演示 and a pair of the old calendar's stems and branches, so that nobody takes them for real.
Heads are those of grids.geojson.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Final

from tools.demo_town.boundaries import Micro, Town
from tools.demo_town.gazetteer import TOWN_CODE

_STEMS: Final = tuple(
    zip("甲乙丙丁戊己庚辛壬癸", ("Jia", "Yi", "Bing", "Ding", "Wu", "Ji", "Geng", "Xin", "Ren", "Gui"), strict=True)
)
_ANIMALS: Final = ("zi", "chou", "yin", "mao", "chen", "si", "wu", "wei", "shen", "you", "xu", "hai")
_BRANCHES: Final = tuple(zip("子丑寅卯辰巳午未申酉戌亥", _ANIMALS, strict=True))
_PAIRS: Final = tuple((f"{s}{b}", f"{stem}{branch}") for b, branch in _BRANCHES for s, stem in _STEMS)

DEPARTMENTS: Final = (
    ("chengguan", "城管中队（演示）", "City Management Squad (demo)"),
    ("greening", "市容绿化所（演示）", "City Appearance and Greening (demo)"),
    ("water", "水务站（演示）", "Water Affairs Station (demo)"),
    ("housing", "房管办（演示）", "Housing Office (demo)"),
    ("police", "派出所（演示）", "Police Station (demo)"),
    ("market", "市场监管所（演示）", "Market Supervision Office (demo)"),
    ("emergency", "应急消防办（演示）", "Emergency and Fire Office (demo)"),
    ("environment", "生态环保办（演示）", "Environment Office (demo)"),
)
_FUNCTIONS: Final = "informant;publicist;coordinator;supervisor"
_DUTIES: Final = {
    "village_group_leader": ("opinion_gathering;mediation", "visiting;flood_typhoon"),
    "building_leader": ("opinion_gathering;safety_check", "waste_sorting;visiting"),
    "two_representatives": ("opinion_gathering;policy_publicity",),
    "party_group_leader": ("policy_publicity;mediation",),
    "resident_police": ("mediation;safety_check",),
    "committee_member": ("visiting;flood_typhoon",),
    "eco_warden": ("river_care;environment", "greening;environment"),
    "property_staff": ("property_service;safety_check", "property_service;environment"),
    "patrol_officer": ("patrol;safety_check",),
    "specialist": ("legal_advice",),
    "womens_group_leader": ("family_service",),
    "party_member": ("policy_publicity;elderly_care", "flood_typhoon"),
    "resident_volunteer": ("civility;waste_sorting", "elderly_care"),
}
_MANAGEMENT: Final = {
    True: ("village_group_leader",) * 3 + ("party_group_leader", "two_representatives", "committee_member"),
    False: ("building_leader",) * 3 + ("party_group_leader", "two_representatives", "committee_member"),
}
_WORK: Final = {True: ("eco_warden", "eco_warden"), False: ("property_staff", "property_staff", "specialist")}
_VOLUNTEERS: Final = ("womens_group_leader", "party_member", "party_member", "resident_volunteer", "resident_volunteer")
_SHARED: Final = ("patrol_officer", "resident_police")  # One for all micro-grids of a village.

PEOPLE: Final = ("ref", "name", "name_en", "phone", "phone_public", "email", "grid", "post", "duties", "department", "leader")
ROSTERS: Final = ("ref", "name", "grid", "post", "weekdays", "starts", "ends")
_PLACES: Final = ("code", "name", "name_en", "phone", "address")
Row = dict[str, str]


@dataclass
class Cast:
    """Everybody, in the order they were thought of."""

    rng: Random
    people: list[Row] = field(default_factory=list)
    rosters: list[Row] = field(default_factory=list)
    made: int = 0

    def somebody(self, *, consents: float = 0.0) -> Row:
        """A new person."""
        name, pinyin = _PAIRS[self.made % len(_PAIRS)]
        turn = self.made // len(_PAIRS) + 1
        self.made += 1
        return {
            "ref": f"D{self.made:04d}",
            "name": f"演示{name}{turn}",
            "name_en": f"Demo {pinyin} {turn}",
            "phone": f"021-5550-{2000 + self.made}",
            "phone_public": "true" if self.rng.random() < consents else "false",
            "email": "",
        }

    def post(self, person: Row, grid: str, kind: str) -> Row:
        """A post of theirs."""
        duties = _FUNCTIONS if kind == "micro_head" else self.rng.choice(_DUTIES.get(kind, ("",)))
        self.people.append(person | {"grid": grid, "post": kind, "duties": duties})
        return self.people[-1]

    def shift(self, post: Row, weekdays: str, starts: str, ends: str) -> None:
        """A shift of a post."""
        own = {name: post[name] for name in ("ref", "name", "grid", "post")}
        self.rosters.append(own | {"weekdays": weekdays, "starts": starts, "ends": ends})


def head(number: int) -> Row:
    """The head that grids.geojson names."""
    facts = {"name": f"示例网格长{number:03d}", "name_en": f"Demo Head {number:03d}", "phone": f"021-5550-1{number:03d}"}
    return {"ref": f"H{number:03d}", **facts, "phone_public": "true", "email": f"h{number:03d}@example.invalid"}


def draw(town: Town, rng: Random) -> Cast:
    """Heads, teams and rosters of the whole town, and the staff of its departments."""
    cast = Cast(rng)
    cast.post(head(0), TOWN_CODE, "town_head")
    person = 100
    for index, (place, members) in enumerate(groupby(town.micros, key=lambda m: m.place), start=1):
        cast.post(head(index), place.code, "village_head")
        shared = {kind: cast.somebody() for kind in _SHARED}
        for micro in members:
            person += 1
            cast.post(head(person), micro.code, "micro_head")
            _teams(cast, micro, shared)
    for code, _, _ in DEPARTMENTS:
        for leader in (True, False, False):
            cast.people.append(cast.somebody() | {"department": code, "leader": str(leader).lower()})
    return cast


def _teams(cast: Cast, micro: Micro, shared: dict[str, Row]) -> None:
    rural = micro.place.is_village
    management = [cast.post(cast.somebody(), micro.code, kind) for kind in _MANAGEMENT[rural]]
    cast.post(shared["resident_police"], micro.code, "resident_police")
    officer = cast.post(shared["patrol_officer"], micro.code, "patrol_officer")
    work = [cast.post(cast.somebody(), micro.code, kind) for kind in _WORK[rural]]
    volunteers = [cast.post(cast.somebody(consents=0.3), micro.code, kind) for kind in _VOLUNTEERS[:-1]]
    # 一员多岗: whoever leads a group is a volunteer, too.
    volunteers.append(cast.post({name: management[0][name] for name in PEOPLE[:6]}, micro.code, _VOLUNTEERS[-1]))
    for day, member in enumerate(management[:5], start=1):
        cast.shift(member, str(day), "08:30", "17:30")
    cast.shift(management[5], "1;3;5", "17:30", "21:00")
    half = ("07:00", "08:30") if micro.number % 2 else ("17:30", "19:00")
    cast.shift(officer, "1;2;3;4;5", *half)
    cast.shift(work[0], "1;3;5;7" if not rural else "6;7", *(("21:00", "06:00") if not rural else ("06:30", "11:30")))
    if not rural:
        cast.shift(work[1], "2;4;6", "21:00", "06:00")
    cast.shift(volunteers[1], "6", "09:00", "17:00")
    cast.shift(volunteers[3], "7", "09:00", "17:00")


def departments() -> Iterator[Row]:
    """The line departments, their contacts plainly invented."""
    for number, (code, name, name_en) in enumerate(DEPARTMENTS, start=1):
        contacts = {"phone": f"021-5550-090{number}", "address": f"城桥镇示例路{number}号（虚构地址）"}
        yield {"code": code, "name": name, "name_en": name_en, **contacts}


def write(out: Path, town: Town, rng: Random) -> None:
    """Write people.csv, rosters.csv and departments.csv into `out`."""
    cast = draw(town, rng)
    _table(out / "people.csv", PEOPLE, cast.people)
    _table(out / "rosters.csv", ROSTERS, cast.rosters)
    _table(out / "departments.csv", _PLACES, list(departments()))


def _table(path: Path, names: Sequence[str], rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, names, restval="", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
