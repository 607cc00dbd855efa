"""docs/reports.md is the definitions."""

from tools import reports


def test_the_page_is_the_definitions() -> None:
    assert reports.PAGE.read_text("utf-8") == reports.text(), "python -m tools.reports writes it anew"
