"""Plain alerts are read quickly, and exactly as `AlertBody` reads them; what is not plain is left to it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from gridmap.api.alert_body import AlertBody, in_wgs84
from gridmap.api.plain_alert import plain
from gridmap.desk.alerts import Incoming
from gridmap.errors import Invalid, Malformed
from gridmap.http.json import read

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
AHEAD = timedelta(minutes=5)
USUAL: dict[str, Any] = {
    "source": "dahua",
    "source_id": "A-1",
    "occurred_at": "2026-11-22T12:00:00+08:00",
    "category": {"standard_ref": "GB/T 47678.5-2026", "kind": "matter", "code": "06010"},
    "location": {"lon": 121.4, "lat": 31.63, "datum": "wgs84"},
    "text": "暴露垃圾",
}


def by_the_body(line: bytes) -> Incoming | None:
    """What `AlertBody` makes of a line; None where it refuses it."""
    try:
        body = AlertBody.model_validate(read(line))
        return body.incoming(line.decode(), in_wgs84([body.location])[0], now=NOW, ahead=AHEAD)
    except (ValidationError, Malformed, Invalid):
        return None


def read_plainly(line: bytes) -> Incoming | None:
    return plain(line, latest=NOW + AHEAD)


edge = st.sampled_from([0, 1, 39, 40, 41, 100, 101, 200, 201, 499, 500, 501, 10_000, 10_001])
texts = st.one_of(
    st.builds(lambda n: "长" * n, edge),
    st.text(max_size=8),
    st.sampled_from(
        [" a", "a ", "\u3000a", "a\u00a0", "\x00", "\x7f", "\u200b", "\ud800", "matter", "component", "wgs84", "Matter"]
    ),
)
numbers = st.one_of(
    st.floats(), st.sampled_from([0, 1, -0.0, 180.0, 180.00000001, -90.0, 90.1, 121, 50_000.0, 50_000.5, True, 10**400])
)
moments = st.one_of(
    st.datetimes(timezones=st.timezones()).map(datetime.isoformat),
    st.from_regex(r"\A(19|20)\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-6]\d:[0-6]\d(\.\d{1,9})?(Z|z|[+-][0-2]\d:?[0-6]\d)?\Z"),
    st.sampled_from([
        *("2026-11-22T04:05:00Z", "2026-11-22T04:05:00.000001Z", "1999-12-31T23:59:59Z", "2000-01-01T00:00:00Z"),
        *("2026-11-22T24:00:00Z", "2026-11-21T23:59:60Z", "2026-02-30T00:00:00Z", "٢٠٢٦-11-22T00:00:00Z", "2026-11-22 04:00:00Z"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-22T04:00:00-00:00", "2026-11-22T04:00:00\n"),
    ]),
)  # fmt: skip
anything = st.one_of(texts, numbers, st.none(), st.booleans(), st.just([]), st.just({}))
categories = st.fixed_dictionaries(
    {"standard_ref": texts, "kind": st.one_of(st.sampled_from(["component", "matter"]), anything), "code": texts},
    optional={"extra": anything},
)
places = st.fixed_dictionaries(
    {"lon": numbers, "lat": numbers},
    optional={"datum": st.one_of(st.sampled_from(["wgs84", "cgcs2000", "gcj02", "bd09"]), anything), "extra": anything},
)
OTHERS = {
    **dict.fromkeys(("source", "source_id", "source_code", "camera_id", "address", "text"), st.one_of(texts, anything)),
    "occurred_at": st.one_of(moments, anything),
    "category": st.one_of(categories, anything),
    "location": st.one_of(places, anything),
    "accuracy_m": anything,
    "join": anything,
    "media": st.just([]),
    "reporter": st.none(),
    "colour": anything,
}
few = st.lists(st.sampled_from(sorted(OTHERS)), max_size=3, unique=True)
changes = few.flatmap(lambda names: st.fixed_dictionaries({name: OTHERS[name] for name in names}))


@given(change=changes, gone=st.lists(st.sampled_from(sorted(USUAL)), max_size=2), raw=st.booleans())
@example(change={"accuracy_m": 12.5}, gone=["location"], raw=False)
@example(change={"location": {"lon": 121.4, "lat": 31.6, "datum": ["wgs84"]}}, gone=[], raw=False)
@example(change={"category": {"standard_ref": "a", "kind": [], "code": "b"}}, gone=[], raw=False)
@example(change={"occurred_at": "9999-12-31T23:59:59-14:00"}, gone=[], raw=False)
@example(change={"occurred_at": "0001-01-01T00:00:00+14:00"}, gone=[], raw=False)
def test_what_is_taken_as_plain_the_body_takes_to_the_same_effect(change: dict[str, Any], gone: list[str], raw: bool) -> None:
    told = {key: value for key, value in {**USUAL, **change}.items() if key not in gone}
    line = json.dumps(told, ensure_ascii=not raw).encode(errors="surrogatepass")
    taken = read_plainly(line)
    assert taken is None or taken == by_the_body(line)


def test_the_usual_ones_are_plain() -> None:
    every = {**USUAL, "source_code": "890", "camera_id": "3" * 20, "accuracy_m": 12.5, "address": "示例路1号", "join": False}
    for told in (USUAL, every, {key: USUAL[key] for key in ("source", "source_id", "occurred_at")}):
        line = json.dumps(told).encode()
        taken = read_plainly(line)
        assert taken is not None
        assert taken == by_the_body(line)


def test_lines_that_are_no_alert_are_left_to_the_body() -> None:
    for line in (b"", b"null", b"[]", b'"a"', b"{", b"\xff", b"[" * 5000, b'{"source": "\xe8"}', b"{}"):
        assert read_plainly(line) is None
