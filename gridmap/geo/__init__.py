"""Where things are: shapes in the database, datums, metres. EPSG:4326 in lon, lat order everywhere above this floor.

Promises: no degree is ever treated as a metre, and no coordinate changes datum silently.
"""
