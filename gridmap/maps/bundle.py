"""Our own ES modules as one script, for a page without a server. Not a compiler: it knows the forms our modules use."""

import re
from pathlib import PurePosixPath

from gridmap import resources

_IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|let|class|function|async function) +(\w+))", re.MULTILINE)


def bundled(entry: str) -> str:
    """The script that does what importing `entry` (a path under static/js) does.

    Every module becomes a function of its own, so that names stay apart; imports become lookups.
    """
    done: dict[str, str] = {}
    _add(entry, done)
    return "(() => {\nconst modules = {};\n" + "".join(done.values()) + "})();\n"


def _add(path: str, done: dict[str, str]) -> None:
    if path in done:
        return
    source = (resources.static_dir() / "js" / path).read_text("utf-8")
    imported = [(names, _beside(path, target)) for names, target in _IMPORT.findall(source)]
    for _, target in imported:
        _add(target, done)
    exported = _EXPORT.findall(source)
    lookups = "".join(f'const {{{names.replace(" as ", ": ")}}} = modules["{target}"];\n' for names, target in imported)
    body = _EXPORT.sub("", _IMPORT.sub("", source))
    done[path] = f'modules["{path}"] = (() => {{\n{lookups}{body}return {{ {", ".join(exported)} }};\n}})();\n'


def _beside(path: str, target: str) -> str:
    parts: list[str] = []
    for part in (*PurePosixPath(path).parent.parts, *PurePosixPath(target).parts):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
