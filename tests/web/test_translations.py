"""Nothing is said in one language only: neither by pages and errors (gettext) nor by scripts (messages/*.js)."""

import re
from pathlib import Path

import polib
from babel.messages.extract import extract_from_dir

from gridmap import resources
from gridmap.cases.states import State, Urgency
from gridmap.grids.codes import Level
from gridmap.plans.cleaning.mends import Mend
from gridmap.plans.deeds import DEEDS
from gridmap.plans.flaws import Flaw
from gridmap.plans.life import Stage
from tests import messages

JS = resources.static_dir() / "js"
PLACE = re.compile(r"%\((\w+)\)s")


def said() -> set[str]:
    """Every msgid in Python and in the templates."""
    keywords = {"_": None, "gettext": None, "msg": None}
    python = extract_from_dir(str(resources.PACKAGE), method_map=[("**.py", "python")], keywords=keywords)
    pages = extract_from_dir(str(resources.templates_dir()), method_map=[("**.html", "jinja2")], keywords=keywords)
    return {str(found[2]) for found in (*python, *pages)}


def catalogue() -> polib.POFile:
    return polib.pofile(str(resources.translations_dir() / "zh" / "LC_MESSAGES" / "messages.po"))


def scripts() -> dict[Path, str]:
    return {path: path.read_text("utf-8") for path in sorted(JS.rglob("*.js")) if path not in messages.FILES}


def test_every_sentence_has_its_chinese() -> None:
    translated = {entry.msgid for entry in catalogue() if entry.msgstr}
    assert said() - translated == set()


def test_nothing_in_the_catalogue_is_uncertain_or_unused() -> None:
    entries = catalogue()

    assert [entry.msgid for entry in entries if entry.fuzzy or entry.obsolete] == []
    assert {entry.msgid for entry in entries} - said() == set()


def test_translations_have_the_same_places() -> None:
    assert [e.msgid for e in catalogue() if sorted(PLACE.findall(e.msgid)) != sorted(PLACE.findall(e.msgstr))] == []


def test_every_line_of_the_scripts_catalogue_is_understood() -> None:
    assert len(messages.ENTRIES) == len(re.findall(r'^  "', messages.TEXT, re.MULTILINE))


def test_every_word_stands_in_one_place() -> None:
    assert len(messages.WORDS) == len(messages.ENTRIES)


def test_every_file_of_words_is_taken_up() -> None:
    text = (JS / "messages.js").read_text("utf-8")
    assert sorted(re.findall(r"\.\.\.(\w+)", text)) == [path.stem for path in messages.FILES]


def test_every_word_a_script_says_is_there_in_both_languages() -> None:
    known = messages.WORDS
    for path, text in scripts().items():
        for key in re.findall(r"""\bt\(\s*"([^"]+)\"""", text):
            assert key in known, f"{path.name}: {key}"
        for start in re.findall(r"""\bt\(\s*`([^`$]*)\$\{""", text):
            assert any(key.startswith(start) for key in known), f"{path.name}: {start}…"
    assert [key for key, (zh, en) in known.items() if not zh or not en] == []


def test_no_word_of_the_scripts_is_unused() -> None:
    everything = "\n".join(scripts().values())
    exact = set(re.findall(r"""["`]([\w.\-]+)["`]""", everything))
    starts = set(re.findall(r"`([\w.]+\.)\$\{", everything))
    unused = [key for key in messages.WORDS if key not in exact and not any(key.startswith(start) for start in starts)]
    assert unused == []


def test_both_languages_fill_the_same_places() -> None:
    place = re.compile(r"\{(\w+)\}")
    assert [key for key, (zh, en) in messages.WORDS.items() if set(place.findall(zh)) != set(place.findall(en))] == []


def test_every_state_urgency_and_level_has_words() -> None:
    known = messages.WORDS
    wanted = [*(f"state.{s}" for s in State), *(f"urgency.{u}" for u in Urgency), *(f"level.{level}" for level in Level)]
    assert [key for key in wanted if key not in known] == []


def test_every_deed_flaw_and_stage_of_a_plan_has_words() -> None:
    deeds = {*DEEDS, "import", "mend", "rebase"}
    wanted = [*(f"deed.{deed}" for deed in deeds), *(f"flaw.{flaw}" for flaw in Flaw), *(f"stage.{stage}" for stage in Stage)]
    wanted += [f"mend.{mend}" for mend in Mend]
    assert [key for key in wanted if key not in messages.WORDS] == []
