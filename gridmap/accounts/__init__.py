"""Who may do what: accounts and keys, roles within scopes, and the one table of deeds.

Promises: a secret (password, key, second factor, recovery code) is stored as its hash or sealed, and never told twice; a
deed that is not in the table is refused; an account that is disabled, locked or signed out everywhere is refused from that
moment. Sees people, grids, the journal and the ground. `rights`, `caller`, `passwords` and `backoff` are pure.
"""
