"""The project's pages as the tests read them."""

import re
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

CHECKOUT = Path(__file__).parents[2]
DOCS = CHECKOUT / "docs"
# Every page of ours: at the top, under docs/ and data/.
PAGES = sorted([*CHECKOUT.glob("*.md"), *DOCS.rglob("*.md"), *(CHECKOUT / "data").rglob("*.md")])


class Block(NamedTuple):
    """A fenced block: what stands behind its fence, and its text."""

    kind: str
    text: str


def blocks_of(text: str) -> list[Block]:
    """The fenced blocks of a page's text, in order; those of a list without its indent."""
    found = re.findall(r"^( *)```(\w*)\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL)
    return [Block(kind, dedent(inside)) for _, kind, inside in found]


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page."""
    return blocks_of(page.read_text())


def named(page: Path) -> str:
    """A page's name within the checkout."""
    return str(page.relative_to(CHECKOUT))


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return re.sub(r"^```\w*\n.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
