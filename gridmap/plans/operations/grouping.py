"""Group blocks of ground into contiguous groups of about the same weight. Pure.

A group is halved by cutting an edge of a spanning tree: whatever edge is cut, both sides hang together. Many random trees are
tried and the evenest cut is taken, as in the recombination step of redistricting chains (DeFord, Duchin, Solomon 2021).
"""

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

TREES = 60
MOST_BLOCKS = 300
Beside = dict[int, set[int]]


def grouped(blocks: Sequence[BaseGeometry], weights: Sequence[float], groups: int) -> list[list[int]] | None:
    """The blocks' indices in `groups` contiguous groups; None where none were found: there are fewer blocks or more than
    `MOST_BLOCKS`, or they don't hang together."""
    if not groups <= len(blocks) <= MOST_BLOCKS:
        return None
    beside = adjacent(blocks)
    if len(_order(0, beside)) < len(blocks):
        return None
    return _halved(beside, np.asarray(weights, dtype=float), groups, np.random.default_rng(0))


def adjacent(blocks: Sequence[BaseGeometry]) -> Beside:
    """For each block those with which it has a piece of border in common."""
    shapes = np.array(blocks, dtype=object)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="touches")
    along = shapely.relate_pattern(shapes[left], shapes[right], "****1****")
    beside: Beside = {i: set() for i in range(len(blocks))}
    for one, other in zip(left[along].tolist(), right[along].tolist(), strict=True):
        beside[one].add(other)
    return beside


def _order(first: int, beside: Beside) -> dict[int, int]:
    """What hangs together with `first`, each with the one it was reached from, in the order they were reached."""
    came_from = {first: first}
    reached = [first]
    for here in reached:
        fresh = sorted(beside[here] - came_from.keys())
        came_from.update(dict.fromkeys(fresh, here))
        reached += fresh
    return came_from


def _halved(beside: Beside, weights: np.ndarray, groups: int, chance: np.random.Generator) -> list[list[int]] | None:
    if groups == 1:
        return [sorted(beside)]
    fewer = groups // 2
    whole = weights[list(beside)].sum()
    best: tuple[float, set[int]] | None = None
    for side in (side for _ in range(TREES) for side in _sides(_tree(beside, chance))):
        for there in (side, beside.keys() - side):
            off = abs(weights[list(there)].sum() - whole * fewer / groups)
            enough = len(there) >= fewer and len(beside) - len(there) >= groups - fewer
            if enough and (best is None or off < best[0]):
                best = (off, there)
    if best is None:
        return None
    one = _halved(_within(beside, best[1]), weights, fewer, chance)
    other = _halved(_within(beside, beside.keys() - best[1]), weights, groups - fewer, chance)
    return None if one is None or other is None else [*one, *other]


def _within(beside: Beside, members: set[int]) -> Beside:
    return {member: beside[member] & members for member in sorted(members)}


def _tree(beside: Beside, chance: np.random.Generator) -> Beside:
    """A random spanning tree: borders in random order, each taken that joins two groups that were apart."""
    group = {member: member for member in beside}

    def root(member: int) -> int:
        while group[member] != member:
            group[member] = member = group[group[member]]
        return member

    tree: Beside = {member: set() for member in beside}
    borders = [(one, other) for one, others in beside.items() for other in sorted(others) if one < other]
    for number in chance.permutation(len(borders)):
        one, other = borders[number]
        if root(one) != root(other):
            group[root(one)] = root(other)
            tree[one].add(other)
            tree[other].add(one)
    return tree


def _sides(tree: Beside) -> Iterator[set[int]]:
    """For each border of a tree the blocks on its one side."""
    came_from = _order(next(iter(tree)), tree)
    below = {member: {member} for member in tree}
    for member in list(came_from)[:0:-1]:
        yield below[member]
        below[came_from[member]] |= below[member]
