"""Says what takes a while, and how long it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def step(chinese: str, english: str) -> Iterator[None]:
    """Announce a step; its seconds follow when it is done."""
    begun = time.monotonic()
    click.echo(f"… {chinese} · {english}")
    yield
    seconds = time.monotonic() - begun
    if seconds >= 1:
        click.echo(f"✓ {chinese} · {english} {seconds:.1f} s")
