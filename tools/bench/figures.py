"""Figures: how they are drawn from samples, set beside what was promised, and printed."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Figure:
    """One number: the median over the repeats.

    Args:
        promise: what it shall be below or, for rates, at least; None where nothing was promised.
    """

    name: str
    value: float
    unit: str
    promise: float | None
    repeats: tuple[float, ...]

    @property
    def at_least(self) -> bool:
        """Whether more is better."""
        return self.unit.endswith("/s")

    @property
    def kept(self) -> bool | None:
        """Whether the promise is kept; None when there is none."""
        if self.promise is None:
            return None
        return self.value >= self.promise if self.at_least else self.value < self.promise


def figure(name: str, repeats: Sequence[float], unit: str, promise: float | None = None) -> Figure:
    """A figure from one value for each repeat."""
    return Figure(name, median(repeats), unit, promise, tuple(repeats))


def percentile(samples: Sequence[float], share: float) -> float:
    """The value that `share` percent of the samples do not exceed."""
    return float(np.percentile(np.asarray(samples), share))


def machine(database: str) -> dict[str, Any]:
    """What the figures were measured on; `database` is the server's own word for its version."""
    described = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = next((line.split(":", 1)[1].strip() for line in described.splitlines() if line.startswith("model name")), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "load_before": round(os.getloadavg()[0], 2),
        "system": platform.platform(),
        "python": platform.python_version(),
        "database": database,
    }


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    lines = ["| figure | measured | promised | kept |", "|---|---:|---:|---|"]
    for one in figures:
        sign = "≥" if one.at_least else "<"
        promise = "" if one.promise is None else f"{sign} {one.promise:,} {one.unit}"
        kept = {True: "yes", False: "**no**", None: ""}[one.kept]
        lines.append(f"| {one.name} | {_short(one.value)} {one.unit} | {promise} | {kept} |")
    return "\n".join(lines)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def as_json(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    """The figures with every repeat."""
    return [asdict(one) | {"kept": one.kept} for one in figures]
