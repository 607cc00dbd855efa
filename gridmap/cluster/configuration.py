"""The server's settings: a small machine, one socket, durable unless it is thrown away after a test."""

from gridmap.cluster.layout import Layout

MAX_CONNECTIONS = 200

HBA = "# Whoever may enter the socket's folder (its owner and root) is trusted; there is no other way in.\nlocal all all trust\n"


def _quote(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _settings(layout: Layout, *, durable: bool) -> dict[str, object]:
    settings: dict[str, object] = {
        "listen_addresses": "",
        "unix_socket_directories": layout.socket,
        "unix_socket_permissions": "0777",  # the folder is the gate
        "port": 5432,
        "max_connections": MAX_CONNECTIONS,
        "max_locks_per_transaction": 256,
        "shared_buffers": "256MB",
        "effective_cache_size": "1GB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "random_page_cost": 1.1,
        "jit": "off",  # its library may be left out, and our queries are too short to gain from it
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "min_wal_size": "128MB",
        "max_wal_size": "1GB",
        "checkpoint_timeout": "15min",
        "log_checkpoints": "off",
        "cluster_name": "gridmap",
    }
    if durable:
        return settings | {
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
            # "on" means pglz: a batch of alerts costs a sixth more with it. Debian's and Ubuntu's servers know lz4.
            "wal_compression": "lz4",
            "logging_collector": "on",
            "log_directory": layout.log,
            "log_filename": "postgresql-%a.log",  # one file a weekday: a week is kept, nothing grows for ever
            "log_truncate_on_rotation": "on",
            "log_rotation_age": "1d",
            "log_rotation_size": 0,
        }
    return settings | {
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        # Its workers are the superuser's: one that happens to be in a test's database keeps our role from dropping it.
        "autovacuum": "off",
        "wal_level": "minimal",
        "max_wal_senders": 0,
    }


def configuration(layout: Layout, *, durable: bool) -> str:
    """The text of gridmap.conf, which postgresql.conf includes."""
    lines = (f"{name} = {_quote(value)}" for name, value in _settings(layout, durable=durable).items())
    return (
        "# Written anew at every start. Your own settings belong in postgresql.conf, below its last line.\n"
        + "\n".join(lines)
        + "\n"
    )
