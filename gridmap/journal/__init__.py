"""What happened: one append-only table that is audit trail, live feed and the source of every figure.

Promises: a row, once committed, is never changed (the database refuses UPDATE, DELETE and TRUNCATE); every
committed row gets exactly one place in the gapless feed; a layer's version is the place of the last row about it.
Sees only the ground.
"""
