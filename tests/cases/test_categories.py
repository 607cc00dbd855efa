"""What every alert asks of the vocabulary: as it stood within the last second, and never without what is new."""

import time

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap import recent
from gridmap.cases.categories import CategoryKey, catalogue
from gridmap.cases.categories import recent as lately
from gridmap.cases.models import Category, SourceCode
from tests import town


def _another(session: Session) -> CategoryKey:
    new = Category(standard_ref="GB/T 47678.5-2026", kind="matter", code="99998", group_zh="测试", name_zh="新的", name_en="New")
    session.add(new)
    session.flush()
    session.add(SourceCode(vendor="dahua", vendor_code="new", category_id=new.id))
    session.flush()
    return CategoryKey(new.standard_ref, new.kind, new.code)


def test_it_says_what_the_catalogue_says(session: Session) -> None:
    town.category(session)
    key = _another(session)
    codes = {("dahua", "new"), ("dahua", "unknown")}
    keys = {key, CategoryKey("nothing", "matter", "0")}
    exact = catalogue(session, keys, codes)
    for _ in range(2):
        found = lately(session, keys, codes)
        assert found.by_key[key] == exact.by_key[key]
        assert {code: found.by_source_code.get(code) for code in codes} == {
            code: exact.by_source_code.get(code) for code in codes
        }
        assert keys & found.by_key.keys() == {key}


def test_a_new_category_is_known_at_once(session: Session) -> None:
    town.category(session)
    lately(session, (), ())
    key = _another(session)
    assert key in lately(session, {key}, ()).by_key
    assert ("dahua", "new") in lately(session, (), {("dahua", "new")}).by_source_code


def test_a_new_name_is_known_after_a_second(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    key = _another(session)
    assert lately(session, {key}, ()).by_key[key].name_zh == "新的"
    session.execute(text("UPDATE category SET name_zh = '改了' WHERE code = '99998'"))
    later = time.monotonic() + recent.FRESH_S + 0.01
    monkeypatch.setattr("gridmap.recent.time.monotonic", lambda: later)
    assert lately(session, {key}, ()).by_key[key].name_zh == "改了"
