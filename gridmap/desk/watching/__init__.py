"""Watching cases: what comes due is noticed, once, by whichever worker looks first.

Promises: each reminder, its notices and its journal row stand or fall in one transaction; a worker killed at any moment
leaves nothing half done and nothing undone; two workers never do the same. Nobody here commits.
"""
