"""docs/loading.md knows every option, suffix and column name."""

import pytest

from gridmap.cli.export import command as export
from gridmap.cli.load import command as load
from gridmap.desk.loading.export import EXPORTS
from gridmap.desk.loading.fields import _CHINESE, LAYERS
from gridmap.desk.loading.load import LAYERS as LOADS
from gridmap.geo.files.reading import SUFFIXES
from gridmap.resources import CHECKOUT

TEXT = (CHECKOUT / "docs" / "loading.md").read_text()


def test_every_option_suffix_and_layer() -> None:
    options = [
        option
        for command in (load, export)
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--")
    ]
    assert len(options) > 5
    for word in (*options, *SUFFIXES):
        assert f"`{word}" in TEXT, word
    assert f"gridmap load {'|'.join(LOADS)} FILE" in TEXT
    assert f"gridmap export {'|'.join(EXPORTS)} FILE" in TEXT


@pytest.mark.parametrize("layer", LAYERS)
def test_every_column(layer: str) -> None:
    section = TEXT.partition(f"\n### {layer}\n")[2].partition("\n### ")[0]
    for field in LAYERS[layer]:
        line = next(line for line in section.splitlines() if line.startswith(f"| `{field.name}` |"))
        assert field.short in line
        for alias in _CHINESE[layer].get(field.name, "").split():
            assert alias in line


@pytest.mark.parametrize("layer", LAYERS)
def test_column_names_are_clear(layer: str) -> None:
    """No alias stands for two fields; no short name is too long for a Shapefile."""
    aliases = [alias for names in _CHINESE[layer].values() for alias in names.split()]
    assert len(aliases) == len(set(aliases))
    without_places = set(LAYERS) - {"grids", "cameras", "service-points", "cases"}
    assert all(len(field.short or field.name) <= 10 for field in LAYERS[layer]) or layer in without_places
