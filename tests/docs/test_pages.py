"""What the pages speak of exists: links, make targets, commands and their options, settings, addresses, figures."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from gridmap.app import create_app
from gridmap.cli import main
from gridmap.config import Settings
from tests.docs.pages import CHECKOUT, DOCS, PAGES, named, prose

FOR_TESTS_ONLY = {"GRIDMAP_CHROMIUM"}
# Addresses a page may name: this machine, and names that are nobody's.
OUR_OWN = re.compile(r"https?://(127\.0\.0\.1|camera\.invalid)[:/]")
each_page = pytest.mark.parametrize("page", PAGES, ids=named)


def slug(heading: str) -> str:
    """The anchor a forge makes of a heading."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


def anchors(page: Path) -> set[str]:
    """What can be linked to within a page."""
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)}


def links(page: Path) -> list[str]:
    """The targets of a page's links and pictures."""
    return re.findall(r"\]\(([^)\s]+)\)", prose(page))


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        name, _, anchor = link.partition("#")
        target = (page.parent / unquote(name)).resolve() if name else page
        assert target.exists(), f"{named(page)} links to {link}"
        assert target.is_relative_to(CHECKOUT), f"{named(page)} links out of the checkout: {link}"
        if anchor:
            assert unquote(anchor) in anchors(target), f"{named(page)} links to {link}, which has no such heading"


@each_page
def test_no_page_sends_readers_to_another_machine(page: Path) -> None:
    assert not [url for url in re.findall(r"https?://[^\s)>`'\"]+", page.read_text()) if not OUR_OWN.match(url)]


@each_page
def test_every_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    typed = re.findall(r"^ {4}(?:[A-Z_]+=\S+ )*make ([a-z-]+)", page.read_text(), re.MULTILINE)
    typed += re.findall(r"`(?:[A-Z_]+=\S+ )*make ([a-z-]+)[^`]*`", page.read_text())
    assert set(typed) <= targets


@each_page
def test_every_setting_exists(page: Path) -> None:
    known = {f"GRIDMAP_{name.upper()}" for name in Settings.model_fields} | FOR_TESTS_ONLY
    assert set(re.findall(r"GRIDMAP_[A-Z_]*[A-Z]", page.read_text())) - {"GRIDMAP"} <= known


def commands(page: Path) -> Iterator[list[str]]:
    """The `gridmap …` commands of a page: those in back-ticks, and those that begin a line or an assignment."""
    text = page.read_text()
    found = re.findall(r"`(?:\S+/)?gridmap ((?:[a-z]|--)[^`\n]*)`", text)
    found += re.findall(r"^\s*(?:\w+=)?(?:\$\()?(?:[A-Z_]+=\S+ )*(?:\S+/)?gridmap ([a-z][^)\n]*)", text, re.MULTILINE)
    return (one.split() for one in found)


@each_page
def test_every_command_exists_with_its_options(page: Path) -> None:
    for words in commands(page):
        command: click.Command | None = main
        context = click.Context(main)
        while isinstance(command, click.Group) and words and not words[0].startswith("-"):
            command = command.get_command(context, words.pop(0))
        assert command is not None, f"{named(page)}: there is no such command"
        known = {option for parameter in command.params for option in parameter.opts} | {"--help", "--version"}
        asked = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert asked <= known, f"{named(page)}: gridmap {command.name} has no {asked - known}"


def test_the_commands_are_found() -> None:
    """The two tests above would pass on pages they can't read."""
    assert ["keys", "create", "demo-terminal"] in list(commands(DOCS / "api.md"))
    assert ["export", "cases", "cases.xlsx"] in list(commands(CHECKOUT / "README.md"))


def test_the_guide_names_every_address_of_the_api(tmp_path: Path) -> None:
    app = create_app(Settings(home=tmp_path), database_url="postgresql://nobody@127.0.0.1/none")
    described = set(app.test_client().get("/api/openapi.json").get_json()["paths"])
    assert described
    page = (DOCS / "api.md").read_text()
    assert not {path for path in described if f"`{path}`" not in page and f'{path}"' not in page}


def test_operators_know_every_figure() -> None:
    source = (CHECKOUT / "gridmap/http/metrics.py").read_text()
    figures = set(re.findall(r'^    "(\w+)": "', source, re.MULTILINE)) | {"request_seconds"}
    assert len(figures) > 4
    assert not {name for name in figures if f"`gridmap_{name}`" not in (DOCS / "operating.md").read_text()}


def test_the_two_commands_stand_in_the_readme_in_both_languages() -> None:
    chinese, _, english = (CHECKOUT / "README.md").read_text().partition("\n## English")
    for half in (chinese, english):
        assert re.search(r"^    make run .*\n    make test ", half, re.MULTILINE)
    headings = [re.findall(r"^### ", half, re.MULTILINE) for half in (chinese, english)]
    assert len(headings[0]) == len(headings[1])


def test_the_licence_is_the_one_the_package_names() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    assert (CHECKOUT / "LICENSE").read_text().startswith(f"{project['license']} License")
