"""Who acts. So far: the machines that send alerts, each with its key.

Promises: a key is shown once and stored only as its hash; a revoked key is refused from that moment.
Sees the grids, the journal and the ground.
"""
