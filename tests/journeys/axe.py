"""axe-core, which knows what screen readers, weak eyes and large fingers stumble over. It runs in the page, without a network."""

from pathlib import Path
from typing import Any

from tests.journeys.operator_desk import Desk
from tests.offspring import CHECKOUT

AXE = Path(CHECKOUT, "node_modules/axe-core/axe.min.js")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "resultTypes": ["violations"]}
RUN = """async ([where, rules]) => (await axe.run(where, rules)).violations
    .filter((one) => ['serious', 'critical'].includes(one.impact))
    .map((one) => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => node.target.join(' ') + ' ' + (node.any[0]?.message ?? '')).join(' | ')}`)"""


def violations(desk: Desk, where: Any = None) -> list[str]:
    """What axe finds serious."""
    desk.on_page(AXE.read_text("utf-8"))
    found: list[str] = desk.page.evaluate(RUN, [where or "body", RULES])
    return found
