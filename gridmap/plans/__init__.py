"""Plans: drafts of new boundaries, drawn on shared arcs so that neighbours can't come apart.

Promises: nothing a plan does touches what is in force; every step is kept, also those undone, and any of them can be read again
byte for byte; two people who draw at once never lose each other's steps; a problem is told with its place, its size and what
would mend it. What a plan comes to is a `Change` for the grids' publish. Sees accounts, the grids, the journal and the ground.
`topology`, `mosaic`, `state`, `problems` and `operations` are pure.
"""
