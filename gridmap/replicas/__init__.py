"""Replicas of the database, for reading: PostgreSQL's own, streaming from the primary.

Promises: one that is down, frozen, cut off, no replica any more, or further behind than is allowed is not asked, and is
looked at again ever more seldom until it can be; none of that fails a read. Whether a replica that may be asked has what is
asked for is the caller's to compare: `http/reading.py`.

Parts: `replica` (one of them), `keeper` (the thread that looks after it), `several` (those that are set, and whose turn it is).
"""
