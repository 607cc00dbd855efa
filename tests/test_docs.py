"""Every setting is documented, with its default, and nothing is documented that does not exist."""

import re
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from gridmap.config import Settings

DOCS = Path(__file__).parents[1] / "docs"
FOR_TESTS_ONLY = {"GRIDMAP_CHROMIUM"}

ROWS = dict(re.findall(r"^\| `(GRIDMAP_\w+)` \| (.+?) \|", (DOCS / "settings.md").read_text(), re.MULTILINE))


def as_typed(default: object) -> str:
    """A default as the table writes it."""
    if default is None:
        return "none"
    if default is PydanticUndefined:
        return "see right"
    if default == "":
        return "empty"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_is_documented_with_its_default(name: str) -> None:
    typed = f"GRIDMAP_{name.upper()}"
    assert typed in ROWS, f"docs/settings.md does not explain {typed}"
    assert ROWS[typed] == as_typed(Settings.model_fields[name].default)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_says_what_it_is_for(name: str) -> None:
    assert Settings.model_fields[name].description


def test_nothing_is_documented_that_does_not_exist() -> None:
    assert set(ROWS) - FOR_TESTS_ONLY == {f"GRIDMAP_{name.upper()}" for name in Settings.model_fields}
