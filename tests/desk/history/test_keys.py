"""Keys of a file: two that are the same are never taken for different ones."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.desk.history import keys, prints, rows
from gridmap.desk.history.keys import Keys
from gridmap.desk.history.sieve import Sieve

PAIRS = st.lists(st.tuples(st.text(max_size=4), st.text(max_size=4)), min_size=1, max_size=30)


def fingerprints(pairs: list[tuple[str, str]]) -> np.ndarray:
    source, source_id = (pa.array(column, pa.string()) for column in zip(*pairs, strict=True))
    return rows.fingerprints(rows.texts(source.dictionary_encode()), rows.texts(source_id))


@given(PAIRS)
def test_they_differ_as_the_texts_do(pairs: list[tuple[str, str]]) -> None:
    found = fingerprints(pairs)
    assert len(set(found.tolist())) == len(set(pairs))
    assert prints.of_keys(pairs).tolist() == found.tolist()
    known = Keys(whole=True)
    for part in np.array_split(found, 3):
        known.add(1, part)
    assert known.differ == (len(set(pairs)) == len(pairs))


def test_of_a_file_gone_on_with_or_too_large_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    later = Keys(whole=False)
    later.add(1, fingerprints([("a", "1")]))
    assert not later.differ
    monkeypatch.setattr(keys, "MOST", 1)
    large = Keys(whole=True)
    large.add(1, fingerprints([("a", "1"), ("a", "2")]))
    assert not large.differ


@given(PAIRS, PAIRS)
def test_a_sieve_never_denies_what_is_there(held: list[tuple[str, str]], others: list[tuple[str, str]]) -> None:
    sieve = Sieve.sized(len(held))
    for part in np.array_split(prints.of_keys(held), 2):
        sieve.add(part)
    found = sieve.may_hold(prints.of_keys([*others, *held]))
    assert found[len(others) :].all()


@pytest.mark.parametrize("names", ["A-{}", "{:08d}", "31015100081326000001-{}"])
def test_a_sieve_lets_few_strangers_through(names: str) -> None:
    keys = [("source", names.format(n)) for n in range(60_000)]
    sieve = Sieve.sized(30_000)
    sieve.add(prints.of_keys(keys[:30_000]))
    assert sieve.may_hold(prints.of_keys(keys[30_000:])).mean() < 0.01
