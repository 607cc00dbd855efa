"""Cases out of columns kept in memory: tiles with exact counts from afar and single cases close up; queues and their figures.

Promises that the tiles of a zoom together count every case that was asked for and has a place, once; that a tile is small
however many there are; and that none is older than what was committed when it was asked for.
"""
