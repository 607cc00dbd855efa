"""Files of points of any size, read and written in pieces: GeoParquet, CSV/TSV, GeoPackage, GeoJSON-lines.

A source gives batches of rows, each with the points in the file's own coordinates; a sink takes them with what was found
out about them. Whatever its size, of a file only a few batches are in memory. Everything but its entrance needs pyarrow,
which takes a third of a second to load: only who streams imports this.
"""
