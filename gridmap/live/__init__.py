"""The live wire: from the journal's feed to every open browser.

Promises: a client that comes back with the last position it saw gets every later event exactly once and in order, or is
told to load anew; a slow client slows nobody; an open stream holds neither a thread of its own nor a database session.

Parts: `relay` (one process places committed rows in the feed and notifies), `listener` (one thread per web process
hears that and reads the new rows once), `fanout` (hands them to every open line), `writer` (the thread that does so),
`line` (one client's), `frames` (server-sent events as bytes) and `stream` (how one begins). A notice reaches its owner
in full, everybody else learns only that there was one. Sees the rooms below and the ground.
"""
