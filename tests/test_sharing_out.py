"""What a process is given to do: whole files, and the demo town's journeys all together."""

from collections.abc import Sequence
from itertools import chain
from types import SimpleNamespace
from typing import Any

import pytest

from tests.sharing_out import DEMO_TOWN, WholeFiles, in_order


class Process:
    """One that notes what it is given."""

    shutting_down = False
    gateway = SimpleNamespace(id="gw")

    def __init__(self) -> None:
        self.given: list[int] = []

    def send_runtest_some(self, indices: Sequence[int]) -> None:
        self.given += indices

    def shutdown(self) -> None:
        self.shutting_down = True


def shared_out(tests: list[str], among: int) -> list[list[str]]:
    """What each of so many processes does of `tests`."""
    options: dict[str, Any] = {"tx": ["popen"] * among, "rsyncdir": []}
    config = SimpleNamespace(getoption=options.get, getvalue=options.get, option=SimpleNamespace(loadscopereorder=False))
    scheduler = WholeFiles(config)
    processes = [Process() for _ in range(among)]
    for process in processes:
        scheduler.add_node(process)
        scheduler.add_node_collection(process, tests)
    scheduler.schedule()
    done = [0] * among
    while any(done[n] < len(process.given) for n, process in enumerate(processes)):
        for n, process in enumerate(processes):
            if done[n] < len(process.given):
                scheduler.mark_test_complete(process, process.given[done[n]])
                done[n] += 1
    return [[tests[index] for index in process.given] for process in processes]


def test_a_files_tests_stay_together() -> None:
    tests = [f"tests/test_{name}.py::test_{number}[a@b::c]" for name in "abcdefg" for number in range(7)]
    given = shared_out(tests, 3)
    files = [{test.partition("::")[0] for test in one} for one in given]
    assert sorted(chain.from_iterable(given)) == sorted(tests)
    assert sum(map(len, files)) == 7
    assert all(files)


def test_the_demo_town_is_founded_once() -> None:
    given = shared_out([f"{file}::test_it" for file in sorted(DEMO_TOWN)] + ["tests/test_a.py::test_it"], 2)
    assert sorted(map(len, given)) == [1, len(DEMO_TOWN)]


def item(nodeid: str, *fixtures: str) -> Any:
    return SimpleNamespace(nodeid=nodeid, fixturenames=fixtures)


def test_journeys_come_first_and_nothing_else_changes_places() -> None:
    names = ["tests/api/test_a.py::b", "tests/api/test_a.py::a", "tests/journeys/test_z.py::a"]
    items = [item(name) for name in names]
    in_order(items)
    assert [one.nodeid for one in items] == [names[2], names[0], names[1]]


def test_a_new_journey_of_the_demo_town_has_to_be_named() -> None:
    with pytest.raises(pytest.UsageError, match="test_new"):
        in_order([item("tests/journeys/test_new.py::test_it", "demo_station")])
    in_order([item(f"{file}::test_it", "demo_station") for file in DEMO_TOWN])
