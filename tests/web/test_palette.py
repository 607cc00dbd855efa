"""The colours of urgency are told apart by eyes of every kind, and text stands out from its ground."""

import re
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from gridmap import resources

Colour = NDArray[np.float64]
KINDS = ("overdue", "soon", "intime", "unlimited")
# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
EYES = {
    "usual": np.eye(3),
    "protan": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deutan": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritan": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}
_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def tokens(theme: str) -> dict[str, Colour]:
    text = (resources.static_dir() / "css" / "tokens.css").read_text("utf-8")
    light, dark = text.split(':root[data-theme="dark"]')
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    if theme == "dark":
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark))
    return {name: linear(value) for name, value in found.items()}


def linear(hex_colour: str) -> Colour:
    channels = np.array([int(hex_colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(colour: Colour) -> Colour:
    ratio = _XYZ @ np.clip(colour, 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one: Colour, other: Colour) -> float:
    weights = np.array([0.2126, 0.7152, 0.0722])
    bright, dim = sorted((float(weights @ one), float(weights @ other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("pair", list(combinations(KINDS, 2)), ids="-".join)
def test_urgencies_are_told_apart(theme: str, eyes: str, pair: tuple[str, str]) -> None:
    found = tokens(theme)
    one, other = (lab(EYES[eyes] @ found[name]) for name in pair)
    assert float(np.linalg.norm(one - other)) > 14


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["surface", "surface-2"])
@pytest.mark.parametrize(("ink", "least"), [("ink", 7), ("ink-2", 7), ("ink-3", 4.5), ("accent", 4.5), ("overdue", 4.5)])
def test_text_stands_out(theme: str, ground: str, ink: str, least: float) -> None:
    found = tokens(theme)
    assert contrast(found[ink], found[ground]) >= least


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_mark_inside_a_shape_can_be_read(theme: str, kind: str) -> None:
    found = tokens(theme)
    assert contrast(found[kind], found[f"{kind}-ink"]) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_more_cases_are_steadily_darker_or_brighter(theme: str) -> None:
    lightness = [float(lab(tokens(theme)[f"load-{step}"])[0]) for step in range(5)]
    steps = np.diff(lightness)
    assert (steps < -2).all() if theme == "light" else (steps > 2).all()
