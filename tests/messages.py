"""The scripts' words, read as text: every file of static/js/messages."""

import re

from gridmap.resources import static_dir

FILES = sorted((static_dir() / "js" / "messages").glob("*.js"))
TEXT = "\n".join(path.read_text("utf-8") for path in FILES)
ENTRIES = re.findall(r'^  "([^"]+)": \{ zh: "((?:[^"\\]|\\.)*)", en: "((?:[^"\\]|\\.)*)" \},$', TEXT, re.MULTILINE)
WORDS: dict[str, tuple[str, str]] = {key: (zh, en) for key, zh, en in ENTRIES}
