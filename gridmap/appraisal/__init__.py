"""Appraisal (考核): what the cases come to in numbers, for a day, a week or a month, and for the big screen at this moment.

Promises: every figure has one written definition (`measures.py`, `ratios.py`), every ratio names its denominator, a ratio of
nothing is None and never 0 or 1. It reads; it writes nothing and holds no table. Sees the
rooms below: cases, grids, people, the journal.
"""
