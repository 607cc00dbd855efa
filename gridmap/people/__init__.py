"""Who acts: people, their posts and duties in grids, line departments, weekly rosters, and who is on duty.

Promises: whatever holds for a time keeps its period, so that "who was responsible on 3 March" has an answer; a grid has one head
at a time and a department one leader; the past changes only with a reason; the journal names people by staff number and holds
neither names nor phones. Sees the grids, the journal and the ground. `turns` and `periods` are pure.
"""
