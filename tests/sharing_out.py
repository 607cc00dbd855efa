"""How the tests are shared out among several processes: a file stays whole, and what takes longest begins first.

A file's town, its servers and its databases are made once then, and not once in every process.
"""

from pathlib import PurePosixPath

import pytest
from xdist.scheduler import LoadFileScheduling

# They look at one demo town on the air, which takes long to found.
DEMO_TOWN = frozenset(
    f"tests/journeys/test_{name}.py"
    for name in (
        *("every_page", "filters_and_search", "keyboard_and_screen_reader"),
        *("nothing_leaves_the_machine", "screens", "the_wall"),
    )
)
# Mostly they wait, for browsers and servers to do something.
_LONGEST = ("tests/journeys/", "tests/cli/test_run.py")


class WholeFiles(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """A file to a process, in the order they come; those of the demo town are one."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return "the demo town" if file in DEMO_TOWN else file


def in_order(items: list[pytest.Item]) -> None:
    """What takes longest comes first: whoever is done sooner does the rest.

    Raises pytest.UsageError where a file uses the shared demo town and DEMO_TOWN doesn't name it.
    """
    for item in items:
        file = item.nodeid.partition("::")[0]
        if "demo_station" in getattr(item, "fixturenames", ()) and file not in DEMO_TOWN:
            raise pytest.UsageError(f"{file} uses the demo town: name it in {PurePosixPath(__file__).name}")
    items.sort(key=lambda item: not item.nodeid.startswith(_LONGEST))
