"""A weighted Voronoi over the blocks: which block belongs to which village, then to which micro-grid.

Working with whole blocks instead of free cells makes boundaries run along roads and creeks. The
weights of the power diagram are moved until every cell has about its wanted area.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from tools.demo_town.frame import Floats

Labels = npt.NDArray[np.int64]
Beside = list[dict[int, float]]
_ROUNDS = 220


def share_out(centres: Floats, areas: Floats, seeds: Floats, wanted: Floats, *, relax: float) -> Labels:
    """Give every block to a seed.

    centres (n, 2) and seeds (k, 2) in metres, areas (n,) and wanted (k,) in m²; relax 0..1 says how
    far seeds move towards the middle of their cell. Answers labels (n,) in 0..k-1.
    """
    seeds = seeds.copy()
    weights = np.zeros(len(seeds))
    wanted = wanted * areas.sum() / wanted.sum()
    labels: Labels = np.zeros(len(centres), dtype=np.int64)
    for turn in range(_ROUNDS):
        squared = ((centres[:, None, :] - seeds[None, :, :]) ** 2).sum(axis=2)
        labels = (squared - weights).argmin(axis=1)
        got = np.bincount(labels, weights=areas, minlength=len(seeds))
        weights += 0.35 * (wanted - got) * (1 - turn / _ROUNDS)
        if turn < _ROUNDS // 2:
            seeds += relax * 0.1 * (_middles(centres, areas, labels, seeds) - seeds)
    return labels


def neighbours(blocks: Sequence[shapely.Polygon]) -> Beside:
    """For every block the blocks that share an edge (not only a corner) with it, and the edge's metres."""
    tree = STRtree(blocks)
    beside: Beside = [{} for _ in blocks]
    for i, j in tree.query(blocks, predicate="touches").T:
        length = shapely.intersection(blocks[i], blocks[j]).length if i < j else 0.0
        if length > 1.0:
            beside[i][int(j)] = beside[j][int(i)] = length
    return beside


def straighten(labels: Labels, areas: Floats, beside: Beside) -> Labels:
    """Give a block that sticks out to the neighbour around it, and what gets cut off to its surroundings."""
    labels = labels.copy()
    for _ in range(4):
        for i, edges in enumerate(beside):
            shared: dict[int, float] = {}
            for j, length in edges.items():
                shared[int(labels[j])] = shared.get(int(labels[j]), 0.0) + length
            best = max(sorted(shared), key=lambda label: shared[label])
            if shared[best] > 1.15 * shared.get(int(labels[i]), 0.0):
                labels[i] = best
    return connect(labels, areas, beside)


def connect(labels: Labels, areas: Floats, beside: Beside) -> Labels:
    """Give pieces cut off from their cell's main piece to the neighbouring cell they touch most."""
    labels = labels.copy()
    for _ in range(len(labels)):
        stray = _stray_piece(labels, areas, beside)
        if stray is None:
            return labels
        own = labels[stray[0]]
        around = [labels[j] for i in stray for j in beside[i] if labels[j] != own]
        labels[stray] = max(sorted(set(around)), key=around.count)
    raise RuntimeError("The cells could not be made connected")


def _stray_piece(labels: Labels, areas: Floats, beside: Beside) -> list[int] | None:
    pieces: dict[int, list[list[int]]] = {}
    seen: set[int] = set()
    for start in range(len(labels)):
        if start not in seen:
            piece = _flood(start, labels, beside)
            seen.update(piece)
            pieces.setdefault(int(labels[start]), []).append(piece)
    for of_one in pieces.values():
        if len(of_one) > 1:
            return min(of_one, key=lambda piece: float(areas[piece].sum()))
    return None


def _flood(start: int, labels: Labels, beside: Beside) -> list[int]:
    found, queue = {start}, deque([start])
    while queue:
        for j in beside[queue.popleft()]:
            if j not in found and labels[j] == labels[start]:
                found.add(j)
                queue.append(j)
    return sorted(found)


def _middles(centres: Floats, areas: Floats, labels: Labels, seeds: Floats) -> Floats:
    middles = seeds.copy()
    for k in range(len(seeds)):
        own = labels == k
        if own.any():
            middles[k] = np.average(centres[own], axis=0, weights=areas[own])
    return middles
