"""A whole set of micro-grids from elsewhere, mended by named repairs until it tiles the plan's ground. Pure."""
