"""The private PostGIS: finds the system's PostgreSQL programs and runs a database server of our own with them.

Promises: it listens on a unix socket only, inside a folder nobody else may enter; started by root it still runs as an
ordinary user; a server it did not start it never stops; nothing of the system's own clusters is read or touched.

Parts: `programs` (find initdb and postgres, standard library only: set-up uses it before anything is installed),
`owner` (as whom they run), `tether` (children that end with their parent), `layout` (what lies where under
GRIDMAP_HOME), `configuration` (postgresql.conf), `server` (the cluster), `locks` and `tenancy` (several commands share
one cluster: `with tenancy.database(settings) as url`).
"""
