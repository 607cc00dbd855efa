"""The category tables hold together."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

Rows = list[dict[str, str]]
NEW, OLD = "GB/T 47678.5-2026", "GB/T 30428.2-2013"


def key(row: dict[str, str]) -> tuple[str, str, str]:
    return row["standard_ref"], row["kind"], row["code"]


def test_keys_are_unique_and_codes_have_the_right_length(categories: Rows) -> None:
    assert len({key(row) for row in categories}) == len(categories)
    for row in categories:
        assert row["kind"] in {"component", "matter"}
        assert re.fullmatch(r"\d{5}" if row["standard_ref"] == NEW else r"\d{4}", row["code"])


def test_counts_of_both_standards(categories: Rows) -> None:
    counts = Counter((row["standard_ref"], row["kind"]) for row in categories)
    assert counts[NEW, "component"] == 153
    assert counts[NEW, "matter"] == 250
    assert counts[OLD, "component"] == 22
    assert counts[OLD, "matter"] == 66


def test_every_name_is_there_in_both_languages(categories: Rows) -> None:
    for row in categories:
        assert re.search(r"[\u4e00-\u9fff]", row["name_zh"])
        assert re.search(r"[\u4e00-\u9fff]", row["group_zh"])
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9 ,()'-]+", row["name_en"])
        assert re.fullmatch(r"[A-Z][A-Za-z ]+", row["group_en"])


def test_one_group_per_leading_pair_of_digits(categories: Rows) -> None:
    groups = defaultdict(set)
    for row in categories:
        groups[row["standard_ref"], row["kind"], row["code"][:2]].add((row["group_zh"], row["group_en"]))
    assert all(len(names) == 1 for names in groups.values())


def test_names_do_not_repeat_within_a_table(categories: Rows) -> None:
    for field in ("name_zh", "name_en"):
        seen = Counter((row["standard_ref"], row["kind"], row[field]) for row in categories)
        assert not [name for name, times in seen.items() if times > 1]


def test_the_frequent_ones_read_as_expected(categories: Rows) -> None:
    names = {key(row): (row["name_zh"], row["name_en"]) for row in categories}
    assert names[NEW, "matter", "06010"] == names[OLD, "matter", "0110"] == ("暴露垃圾", "Exposed rubbish")
    assert names[NEW, "component", "01003"] == ("雨水井盖", "Rainwater manhole cover")
    assert names[NEW, "matter", "01003"] == ("雨水井盖异常", "Rainwater manhole cover problem")
    assert names[NEW, "matter", "09005"][0] == names[OLD, "matter", "0405"][0] == "店外经营"


def test_limits_belong_to_known_categories_with_exactly_one_default(categories: Rows, time_limits: Rows) -> None:
    known = {key(row) for row in categories}
    defaults: Counter[tuple[str, str, str, str]] = Counter()
    conditions: Counter[tuple[str, ...]] = Counter()
    for row in time_limits:
        assert key(row) in known
        assert row["unit"] in {"urgent_hour", "working_hour", "working_day", "calendar_day"}
        assert int(row["value"]) > 0
        assert row["is_default"] in {"true", "false"}
        assert row["city"] == "运城市"
        assert "运城" in row["source"]
        defaults[(*key(row), row["city"])] += row["is_default"] == "true"
        conditions[(*key(row), row["city"], row["condition_zh"])] += 1
    assert set(defaults.values()) == {1}
    assert set(conditions.values()) == {1}


def test_the_published_values_are_kept(time_limits: Rows) -> None:
    limits = {(row["code"], row["condition_zh"]): (row["value"], row["unit"]) for row in time_limits}
    assert limits["06010", "全部情形"] == ("4", "working_hour")
    assert limits["06011", "全部情形"] == ("5", "working_day")
    assert limits["06001", "正在搭建"] == ("2", "calendar_day")
    assert limits["06001", "已建成"] == ("15", "working_day")
    assert limits["09005", "全部情形"] == ("2", "urgent_hour")
    assert limits["01003", "井盖缺失"] == ("2", "urgent_hour")
    assert limits["01003", "井盖破损"] == ("4", "working_hour")


def test_vendor_codes_lead_to_known_categories_once(categories: Rows, source_codes: Rows) -> None:
    known = {key(row) for row in categories}
    assert all(key(row) in known for row in source_codes)
    assert len({(row["vendor"], row["vendor_code"]) for row in source_codes}) == len(source_codes)
    mapped = {(row["vendor"], row["vendor_code"]): row["code"] for row in source_codes}
    assert mapped["dahua", "890"] == mapped["ai-box", "GarbageExposed"] == "06010"
    assert ("dahua", "892") not in mapped
