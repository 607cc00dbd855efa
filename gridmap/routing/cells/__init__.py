"""Which polygon covers a point: a table of cells, exact for every coordinate in degrees. Pure, compiled by numba."""
