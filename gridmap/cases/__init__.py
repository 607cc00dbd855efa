"""Cases (案件): what is wrong somewhere, from the first alert to its end; and the categories they fall into.

Promises: an alert, once taken, is in the database as it came; every case has exactly one route with its whole reason;
time limits are data. Sees places, grids, the journal and the ground.
"""
