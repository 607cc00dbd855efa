"""Every figure has one written definition: counts in `measures`, ratios in `ratios`. Here the rules that all follow. Pure.

The formulas follow what city management counts by (domain: GB/T 30428.4 and GB/T 47678.10 are the standards' places for them;
the wording here comes from cities' and vendors' published rules, named with each). Where such a rule leaves the denominator to
be "confirmed on site", ours is written down here. Rules that hold everywhere:

- Void and merged cases are no cases; they are counted among what was reported, and nowhere else.
- A case that is open past its limit counts as late until it is closed. What was handled within its limit is not late while it
  waits to be verified.
- Time during which a case is suspended (挂账) is not counted; while it is suspended it is in no denominator.
- An overtime that an appeal excused counts as on time; the raw figure beside it forgives nothing.
- A ratio of nothing is no number: it is shown as "—".
"""

from collections.abc import Mapping

from gridmap.appraisal.measures import MEASURES, Measure, Subject
from gridmap.appraisal.ratios import RATIOS, Ratio

Counts = Mapping[str, float]


def of(subject: Subject) -> tuple[list[Measure], list[Ratio]]:
    """The definitions about cases, or about tasks, in their order."""
    return [m for m in MEASURES.values() if m.of is subject], [r for r in RATIOS.values() if r.of is subject]


def quotient(ratio: Ratio, counts: Counts) -> float | None:
    """The ratio of these counts; None where there is nothing to divide by."""
    below = counts.get(ratio.denominator, 0)
    return counts.get(ratio.numerator, 0) / below if below else None
