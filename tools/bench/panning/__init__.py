"""What it costs a browser to pan and zoom over a city's grids, by the library that draws them."""
