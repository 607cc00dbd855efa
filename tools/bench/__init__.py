"""Measures what the program promises, on a database and a server of its own that are gone afterwards.

`python -m tools.bench` prints the machine and a table; `--json FILE` keeps both; `--quick` is a small run that proves
the bench itself works. Everything stays on this machine: unix socket, 127.0.0.1, a random free port.
"""
