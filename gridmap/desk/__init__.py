"""Deeds that cross rooms: an alert that becomes a case in its grid, files that bring in a town.

Promises: all or nothing per deed; the caller commits. Sees the rooms and the ground.
"""
