"""Stage 0: everything that has to be on the machine before Python packages can be imported. Standard library only."""
