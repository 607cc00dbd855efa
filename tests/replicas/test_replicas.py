"""What can be told of replicas without any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.cli.checking import check
from gridmap.config import Settings
from gridmap.errors import Invalid
from gridmap.replicas import replica
from gridmap.replicas.replica import Replica
from gridmap.replicas.several import urls

ONE, OTHER = "postgresql://reader:hush@one.example/gridmap", "postgres://reader:hush@two.example,three.example/gridmap"


@pytest.mark.parametrize("between", [" ", ",", ", ", "\n", " ,\n "])
def test_urls_are_separated_by_spaces_or_commas_and_may_hold_commas(between: str) -> None:
    assert urls(f" {ONE}{between}{OTHER}\n") == [ONE, OTHER]


def test_none_is_no_replica() -> None:
    assert urls("") == urls(" \n") == []


@pytest.mark.parametrize("wrong", ["reader:hush@one", "mysql://reader:hush@one/x", "postgresql://reader:hush@one:port/x", "hush"])
def test_a_wrong_one_is_named_by_its_number_alone(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDMAP_REPLICA_URLS", f"{ONE} {wrong}")
    with pytest.raises(Invalid, match="number 2") as refused:
        check(Settings())
    assert "hush" not in str(refused.value) + repr(Settings())


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=30))
def test_a_replica_is_as_old_as_the_newest_log_it_has_replayed(steps: list[tuple[int, int]]) -> None:
    """Each step of a second: so many bytes the primary writes, at most so many of the log the replica replays."""
    one, clock = Replica(1, ONE), 0.0
    written = replayed = 0
    wrote = [(0.0, 0)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replica, "monotonic", lambda: clock)
        for more, most in steps:
            clock += 1
            written += more
            replayed = min(written, replayed + most)
            wrote.append((clock, written))
            one.saw(clock, written, replayed)
            known = [at for at, reached in wrote[1:] if reached <= replayed]
            assert one.behind_s == (clock - known[-1] if known else float("inf"))


def test_one_that_failed_is_not_asked_before_it_was_looked_at_again() -> None:
    one = Replica(1, ONE)
    one.saw(0.0, 10, 10)
    one.doubt()
    assert one.behind_s == float("inf")
