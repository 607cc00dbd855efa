"""Files with places in them, read into plain rows and written again; the one home of GDAL (through pyogrio).

GeoJSON (RFC 7946, and the older `crs` member), GeoPackage, zipped Shapefile, CSV/TSV and Excel .xlsx. Reading never
guesses a datum: `reading.read` gives rows in the file's own coordinates together with what the file says of them, and
`placing.placed` brings them to WGS-84 or refuses. What is wrong with one row is that row's fault, not the file's.
"""
