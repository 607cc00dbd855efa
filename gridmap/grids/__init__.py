"""The grids: lasting codes on three levels, boundaries with a period of validity, the sacred partition.

Promises: at every published moment the micro-grids tile their village and the villages the town, without gap or
overlap; a code is never reused; a publish closes and opens only the boundaries that changed. Sees the journal and
the ground.
"""
