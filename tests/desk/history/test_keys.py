"""Keys of a file: two that are the same are never taken for different ones."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.desk.history import keys, rows
from gridmap.desk.history.keys import Keys

PAIRS = st.lists(st.tuples(st.text(max_size=4), st.text(max_size=4)), min_size=1, max_size=30)


def fingerprints(pairs: list[tuple[str, str]]) -> np.ndarray:
    source, source_id = (pa.array(column, pa.string()) for column in zip(*pairs, strict=True))
    return rows.fingerprints(rows.texts(source.dictionary_encode()), rows.texts(source_id))


@given(PAIRS)
def test_they_differ_as_the_texts_do(pairs: list[tuple[str, str]]) -> None:
    found = fingerprints(pairs)
    assert len(set(found.tolist())) == len(set(pairs))
    known = Keys(whole=True)
    for part in np.array_split(found, 3):
        known.add(part)
    assert known.differ == (len(set(pairs)) == len(pairs))


def test_of_a_file_gone_on_with_or_too_large_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    later = Keys(whole=False)
    later.add(fingerprints([("a", "1")]))
    assert not later.differ
    monkeypatch.setattr(keys, "MOST", 1)
    large = Keys(whole=True)
    large.add(fingerprints([("a", "1"), ("a", "2")]))
    assert not large.differ
