"""Files that bring in a town: grids, cameras, service points, cases, categories; and the same written out again.

Promises: all or nothing per file; every refusal names its line or feature and the reason; what was exported and is
loaded again changes nothing. The caller commits, or rolls back after a dry run.
"""
