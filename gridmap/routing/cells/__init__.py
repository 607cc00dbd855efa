"""Which polygon covers a point: a table of cells over the polygons, exact for every coordinate in degrees. Pure, compiled by numba."""
