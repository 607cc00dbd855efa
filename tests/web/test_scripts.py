"""Our scripts: what they import exists, nothing makes markup of text, and their pure parts do what they say."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gridmap import resources

JS = resources.static_dir() / "js"
CSS = resources.static_dir() / "css"
SCRIPTS = sorted(JS.rglob("*.js"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(JS).as_posix())
def test_imports_lead_to_exports(path: Path) -> None:
    for names, target in re.findall(r'^import \{([^}]*)\} from "([^"]+)";', path.read_text("utf-8"), re.MULTILINE):
        other = (path.parent / target).resolve()
        assert other.is_file(), target
        text = other.read_text("utf-8")
        for name in names.split(","):
            original = name.split(" as ")[0].strip()
            assert re.search(rf"^export (?:const|let|class|function|async function) {original}\b", text, re.MULTILINE), original


def test_text_never_becomes_markup() -> None:
    ways = (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        r"document\.write",
        r"\beval\(",
        "new Function",
        "bindPopup",
        "bindTooltip",
        r"L\.divIcon",
        "createContextualFragment",
    )
    forbidden = re.compile("|".join(ways))
    assert [path.name for path in SCRIPTS if forbidden.search(path.read_text("utf-8"))] == []


def test_scripts_and_styles_name_no_other_machine() -> None:
    outside = re.compile(r"https?://(?!www\.w3\.org/2000/svg)|url\((?!#)|@import")
    assert [path.name for path in (*SCRIPTS, *CSS.glob("*.css")) if outside.search(path.read_text("utf-8"))] == []


def test_colours_stand_in_the_tokens_only() -> None:
    colour = re.compile(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)|(?<!-)rgb\((?!0 0 0|255 255 255)")
    strays = [
        f"{path.name}: {match[0]}"
        for path in CSS.glob("*.css")
        if path.stem != "tokens"
        for match in colour.finditer(path.read_text("utf-8"))
    ]
    assert strays == []


def test_pure_parts_in_node() -> None:
    node = shutil.which("node")
    assert node is not None, "Node runs the scripts' own tests; `make test` brings it"
    tests = sorted(str(path) for path in (Path(__file__).parent / "scripts").glob("*.test.mjs"))
    assert tests
    run = subprocess.run(
        [node, "--test", "--test-reporter=spec", *tests], capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
