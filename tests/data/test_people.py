"""The demo town's people are what the README promises: invented, in all teams of all micro-grids, drawn by the generator."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from gridmap.desk.loading import dated
from gridmap.people.appointing import HEADS
from tests.data.conftest import ROOT, Layer, Rows


def rows(name: str, folder: Path = ROOT / "people") -> Rows:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def posts() -> Rows:
    return [row for row in rows("people") if row["post"]]


@pytest.fixture(scope="module")
def teams() -> dict[str, str]:
    return {row["code"]: row["team"] for row in rows("post_kinds")}


def test_every_grid_has_the_head_its_layer_names(grids: Layer, posts: Rows) -> None:
    heads = {row["grid"]: (row["name"], row["phone"]) for row in posts if row["post"] in HEADS.values()}
    assert heads == {
        g["code"]: (g["head_name"], g["head_phone"]) for g in (feature["properties"] for feature in grids["features"])
    }


def test_every_micro_grid_has_all_three_teams(grids: Layer, posts: Rows, teams: dict[str, str]) -> None:
    there: dict[tuple[str, str], int] = defaultdict(int)
    for row in posts:
        there[row["grid"], teams[row["post"]]] += 1
    micros = [f["properties"]["code"] for f in grids["features"] if f["properties"]["level"] == "micro"]
    assert len(micros) == 79
    for code in micros:
        assert 6 <= there[code, "management"] <= 7
        assert there[code, "work"] >= 3
        assert there[code, "volunteer"] >= 5


def test_micro_grid_heads_have_the_four_functions(posts: Rows) -> None:
    functions = {row["code"] for row in rows("duty_kinds") if row["head_function"] == "true"}
    assert len(functions) == 4
    assert {frozenset(row["duties"].split(";")) for row in posts if row["post"] == "micro_head"} == {frozenset(functions)}


def test_nobody_could_be_taken_for_real() -> None:
    everybody = rows("people")
    assert all(
        re.fullmatch(r"(演示[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]\d+|示例网格长\d{3})", row["name"])
        for row in everybody
    )
    assert all(re.fullmatch(r"021-5550-\d{4}", row["phone"]) for row in [*everybody, *rows("departments")])
    assert all(row["email"] in ("", f"{row['ref'].lower()}@example.invalid") for row in everybody)
    names = {row["ref"]: row["name"] for row in everybody}
    assert len(names) == len(set(names.values())) == len({row["phone"] for row in everybody})


def test_rosters_make_sense(posts: Rows) -> None:
    held = {(row["ref"], row["grid"], row["post"]) for row in posts}
    shifts: list[dict[str, Any]] = rows("rosters")
    assert {(row["ref"], row["grid"], row["post"]) for row in shifts} <= held
    assert all(dated.weekdays_of(row["weekdays"]) for row in shifts)
    assert any(row["ends"] < row["starts"] for row in shifts)


def test_eight_departments_have_one_leader_each() -> None:
    codes = [row["code"] for row in rows("departments")]
    leaders = [row["department"] for row in rows("people") if row["leader"] == "true"]
    assert len(codes) == 8
    assert sorted(leaders) == sorted(codes)
