"""Things with a spot: cameras and what they see, service points and their one-square-kilometre circles.

Promises: a camera's id is a valid GB/T 28181 id; its view is always the sector its bearing, angle and range say.
Sees the grids, the journal and the ground.
"""
