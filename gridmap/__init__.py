"""Gridmap: one-network unified management (一网统管) of a township's micro-grids."""

__version__ = "0.1.0"
