"""What is wrong with the special zones of a plan. Pure."""

from collections.abc import Collection, Iterator

from gridmap.grids.zoning import clash
from gridmap.plans.flaws import Flaw, Limits, Problem, Repair
from gridmap.plans.measured import told, too_little
from gridmap.plans.operations.zoning import lies_within
from gridmap.plans.state import State


def of_zones(state: State, codes: Collection[str], limits: Limits) -> Iterator[Problem]:
    """The problems of the zones with these codes, and of those that send their cases to grids with these codes."""
    for code, zone in state.zones.items():
        if (code in codes or zone.target in codes) and state.find(zone.target) is None:
            heirs = [other for other in state.changed if zone.target in state.origin(other) and state.find(other)]
            mended = [Repair("zone", {"code": code, "target": other}) for other in sorted(heirs)]
            yield told(Flaw.ZONE_TARGET, [code, zone.target], zone.shape, [*mended, *_ending(state, code)])
        if code in codes:
            if below := too_little(zone.shape, limits.zone_m2, limits.width_m):
                flaw, limit = below
                yield told(flaw, [code], zone.shape, _ending(state, code), limit)
            yield from _clashes(state, code, codes)


def _clashes(state: State, code: str, codes: Collection[str]) -> Iterator[Problem]:
    for other, zone in state.zones.items():
        if other == code or (other in codes and other < code):
            continue
        for part in clash(state.zones[code], zone):
            yield told(Flaw.ZONE_OVERLAP, [code, other], part, _ending(state, code, other))


def _ending(state: State, *codes: str) -> list[Repair]:
    """To end those of these zones that the plan may end."""
    return [Repair("unzone", {"code": code}) for code in codes if lies_within(state, state.zones[code].shape)]
