"""Files to load, and the verbs that load them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from gridmap.desk.loading.job import Terms
from gridmap.desk.loading.load import load_file
from gridmap.desk.loading.report import Report
from gridmap.geo.datum import Datum, from_wgs84
from gridmap.resources import data_dir
from tests.desk.loading.tables import NOW, Tables

TERMS = Terms(actor="test", now=NOW)
Loads = Callable[..., Report]
Feature = tuple[BaseGeometry | None, dict[str, Any]]


def collection(features: list[Feature], **members: Any) -> str:
    """A FeatureCollection as text."""
    made = [
        {"type": "Feature", "geometry": None if shape is None else mapping(shape), "properties": facts}
        for shape, facts in features
    ]
    return json.dumps({"type": "FeatureCollection", **members, "features": made})


def camera(number: int = 1, **facts: Any) -> dict[str, Any]:
    """A camera's properties."""
    looks = {"bearing_deg": 90, "view_angle_deg": 60, "view_range_m": 100}
    return {"id": f"31015100081326{number:06d}", "name": f"探头{number}", "state": "online", **looks} | facts


def case(number: int = 1, **facts: Any) -> dict[str, Any]:
    """A case's properties: open, without a category."""
    return {
        "source": "test",
        "source_id": f"t-{number}",
        "occurred_at": "2026-11-20T08:00:00+08:00",
        "state": "discovered",
    } | facts


@pytest.fixture
def load(session: Session, tmp_path: Path) -> Loads:
    """`load(layer, text or path, datum=…, **terms)` in the test's session."""

    def loading(
        layer: str, what: str | bytes | Path, *, datum: Datum | None = Datum.WGS84, suffix: str = ".geojson", **terms: Any
    ) -> Report:
        path = what if isinstance(what, Path) else tmp_path / f"file{suffix}"
        if not isinstance(what, Path):
            path.write_bytes(what.encode() if isinstance(what, str) else what)
        return load_file(session, layer, path, datum=datum, terms=replace(TERMS, **terms))

    return loading


@pytest.fixture
def kept(tiny_town: Session) -> Session:
    """The tiny town with the shipped kinds of posts and duties."""
    for table in ("post_kinds", "duty_kinds"):
        report = load_file(tiny_town, "kinds", data_dir() / "people" / f"{table}.csv", datum=None, terms=TERMS)
        assert not report.refused
    return tiny_town


@pytest.fixture
def tables(kept: Session, tmp_path: Path) -> Tables:
    """`tables(layer, header, row, row, …)` in the test's session; one department stands already."""
    made = Tables(kept, tmp_path)
    assert not made("departments", "code name phone", {"code": "water", "name": "水务", "phone": "021-5550-8001"}).refused
    return made


def reasons(report: Report) -> list[tuple[int, str]]:
    """The refusals, as people read them."""
    return [(refusal.line, refusal.reason) for refusal in report.refused]


def in_datum(shape: BaseGeometry, datum: Datum) -> BaseGeometry:
    """The shape (WGS-84) in the coordinates of another datum."""
    return shapely.transform(shape, lambda xy: np.column_stack(from_wgs84(datum, xy[:, 0], xy[:, 1])))
