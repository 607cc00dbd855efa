"""Makes the demo town: real names and codes, invented boundaries, people, cameras and cases.

Everything is drawn by one seeded random source, so the same command writes the same files.
Flow: `gazetteer` (names) -> `streets` (a fabric of blocks) -> `parcels` (a weighted Voronoi over
the blocks) -> `arcs` (each shared edge redrawn once) -> `boundaries` (grids) -> `points`, `cameras`,
`cases` (what lies in them) -> `writing` (GeoJSON, one feature a line).
"""
