"""Redrawing: a change of boundaries put in force with all that hangs on it, and what it would do told beforehand.

Promises: boundaries, the cases on the ground that changes hands, their journal, the notices to old and new people, and the
lineage stand or fall in one transaction; the preview is that very deed, rolled back. What it asks and writes, it asks and writes
in sets: no question a case. Nobody here commits.
"""
