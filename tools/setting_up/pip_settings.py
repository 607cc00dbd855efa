"""How this machine reaches its package index: pip's settings, said in uv's words. Nothing is written anywhere."""

import configparser
import os
from pathlib import Path

# pip's name → uv's variable
WORDS = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "no-index": "UV_NO_INDEX",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
}
INDEXES = {"UV_DEFAULT_INDEX", "UV_INDEX", "UV_FIND_LINKS", "UV_NO_INDEX"}
WITH_COMMAS = {"UV_FIND_LINKS"}


def _files() -> list[Path]:
    home = Path.home()
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    own = os.environ.get("PIP_CONFIG_FILE")
    return [
        *(Path("/etc/xdg/pip/pip.conf"), Path("/etc/pip.conf"), home / ".pip/pip.conf", config / "pip/pip.conf"),
        *([Path(own)] if own else []),
    ]


def _pip() -> dict[str, str]:
    """pip's settings by name: files first, the environment over them."""
    parser = configparser.RawConfigParser()
    parser.read(_files(), encoding="utf-8")
    settings = {
        name: value for section in ("global", "install") if parser.has_section(section) for name, value in parser.items(section)
    }
    for name in WORDS:
        value = os.environ.get("PIP_" + name.upper().replace("-", "_"))
        if value:
            settings[name] = value
    return settings


def _uv_has_its_own() -> bool:
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    files = (config / "uv/uv.toml", Path("/etc/uv/uv.toml"))
    named = {*INDEXES, "UV_CONFIG_FILE", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL"}
    return any(name in os.environ for name in named) or any(file.exists() for file in files)


def for_uv() -> dict[str, str]:
    """The environment variables that make uv look where pip would. What uv was told itself goes before."""
    indexes_known = _uv_has_its_own()
    told: dict[str, str] = {}
    for name, value in _pip().items():
        variable = WORDS.get(name)
        if variable is None or variable in os.environ or (indexes_known and variable in INDEXES):
            continue
        told[variable] = ("," if variable in WITH_COMMAS else " ").join(value.split())
    if "UV_INDEX" in told:
        told["UV_INDEX_STRATEGY"] = "unsafe-best-match"  # pip's way with several indexes; every file's hash is checked anyway
    return told
