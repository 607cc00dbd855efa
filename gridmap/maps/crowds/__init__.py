"""Tiles of cases: crowds with exact counts from afar, single cases close up, out of columns kept in memory.

Promises that the tiles of a zoom together count every case that was asked for and has a place, once; that a tile is small
however many there are; and that none is older than what was committed when it was asked for.
"""
