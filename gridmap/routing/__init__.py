"""Which micro-grid a place belongs to, and why.

Promises: every point covered by the partition gets exactly one micro-grid, on edges and corners too, and the same one
from this index, from SQL (`micro_grid_at`) and from any client that follows the rule; the answer always carries its
whole reason. Sees places, grids, the journal and the ground; knows nothing of cases.
"""
