"""docs/roles.md is the table."""

from tools import roles


def test_the_page_is_the_table() -> None:
    assert roles.PAGE.read_text("utf-8") == roles.text(), "python -m tools.roles writes it anew"
