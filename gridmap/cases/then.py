"""In which grid a case lay at a past moment, where boundaries have been redrawn since. What it is told by is the journal."""

# In SQL, of a case `c` at :at. Each redraw that moves a case writes the grid it came from; the first one after the moment tells.
# While nothing has been published since, the journal is not asked. A place corrected since counts as it is known today.
GRID_AT_SQL = """
    (CASE WHEN c.version = 0 OR NOT EXISTS (SELECT FROM publication WHERE at > :at) THEN c.grid_code
     ELSE nullif(coalesce((SELECT coalesce(j.data ->> 'from_grid', '') FROM journal j
                           WHERE j.topic = 'cases' AND j.subject = c.number AND j.kind = 'case.rerouted'
                             AND CAST(j.data ->> 'at' AS timestamptz) > :at
                           ORDER BY j.id LIMIT 1), c.grid_code), '') END)
"""
