"""The loop's deeds: one verb, `act.act`, takes an action on a case through the table and does what it means.

Promises: an action that the table refuses changes nothing; two people at once are served one after the other, the second on
what the first left; each action is one journal row; the same idempotency key changes nothing twice. Nobody here commits.
"""
