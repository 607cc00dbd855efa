"""`gridmap plans import`: repairs are listed first; with --commit the plan is somebody's."""

import json
import zipfile
from pathlib import Path

import pytest
from shapely.geometry import mapping
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridmap.accounts.rights import Grant, Role
from gridmap.plans.models import Plan
from tests import callers, town
from tests.cli.conftest import Types


@pytest.fixture
def file(committing: Engine, tmp_path: Path) -> Path:
    """The tiny town is in force, and this file has it with a strip that is nobody's."""
    with Session(committing) as session, session.begin():
        town.found(session)
        callers.account(session, Grant(Role.PLANNER, town.TOWN), username="planner")
    shapes = [(draft.code, draft.name, draft.shape) for draft in town.drafts(m11=town.square(0, 0, width=0.9999)) if draft.shape]
    made = [{"type": "Feature", "geometry": mapping(s), "properties": {"code": c, "name": n}} for c, n, s in shapes]
    path = tmp_path / "整套.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": made}))
    return path


def test_the_repairs_are_listed_before_anything_is_kept(committing: Engine, types: Types, file: Path) -> None:
    dry = types("plans", "import", file, "--datum", "wgs84", "--repair-area", "200")
    assert dry.exit_code == 0, dry.output
    assert "gap: 1 repairs" in dry.output
    assert f"belong to no grid: {town.micro(2, 1)} has them" in dry.output
    assert "Dry run" in dry.output
    real = types("plans", "import", file, "--datum", "wgs84", "--repair-area", "200", "--for", "planner", "--commit")
    assert real.exit_code == 0, real.output
    with Session(committing) as session:
        plan = session.query(Plan).one()
        assert f"Kept as plan {plan.id}" in real.output
        assert (plan.name, plan.steps, plan.stage) == ("整套", 3, "draft")


def test_what_cannot_be_mended_and_nobodys_plan(types: Types, file: Path) -> None:
    refused = types("plans", "import", file, "--datum", "wgs84", "--repair-area", "1")
    assert refused.exit_code == 65
    assert "The set can't be mended: 1 problems are left" in refused.output
    assert types("plans", "import", file, "--datum", "wgs84", "--commit").exit_code == 2
    assert (
        types("plans", "import", file, "--datum", "wgs84", "--for", "nobody", "--repair-area", "200", "--commit").exit_code == 1
    )


def test_grids_are_exported_as_they_were_and_as_planned(types: Types, file: Path, tmp_path: Path) -> None:
    types("plans", "import", file, "--datum", "wgs84", "--repair-area", "200", "--for", "planner", "--commit")
    for number, options in enumerate([(), ("--at", "2026-01-02T00:00:00+08:00"), ("--publication", "1"), ("--plan", "1")]):
        done = types("export-grids", tmp_path / f"{number}.geojson", *options)
        assert "13 written" in done.output, done.output
    assert (tmp_path / "1.geojson").read_text() == (tmp_path / "2.geojson").read_text()
    assert types("export-grids", tmp_path / "x.csv", "--plan", "1", "--publication", "1").exit_code == 2
    assert types("export-grids", tmp_path / "x.zip", "--encoding", "gbk").exit_code == 0
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        (cpg,) = (name for name in archive.namelist() if name.endswith(".cpg"))
        assert archive.read(cpg).decode().strip() == "GBK"
    assert types("export-grids", tmp_path / "x.csv", "--plan", "9").exit_code == 1
