import json
import re

from gridmap.maps.shell import operator_shell
from tests.maps.test_base_maps import GIVEN

# What was seen to run when it passed through Folium's popups, tooltips and names.
PAYLOADS = [
    "<img src=x onerror=alert(1)>",
    "${alert(1)}",
    "</script><script>alert(1)</script>",
    "`;alert(1);`",
    "\\`;alert(1);//",
]


def test_every_script_and_style_carries_the_nonce() -> None:
    shell = operator_shell("").with_nonce("N0NCE")
    tags = re.findall(r"<(?:script|style|link)\b[^>]*>", shell.header + shell.body)

    assert tags
    assert all('nonce="N0NCE"' in tag for tag in tags)


def test_each_request_gets_its_own_nonce_from_one_drawing() -> None:
    assert operator_shell("") is operator_shell("")
    assert "first" not in operator_shell("").with_nonce("second").header


def test_the_shell_is_small_and_holds_only_leaflet() -> None:
    shell = operator_shell("")
    everything = shell.header + shell.body + shell.script

    assert len(everything) < 10_000
    assert not re.search("jquery|bootstrap|awesome|user-scalable=no", everything)


def test_nothing_in_it_leads_outside() -> None:
    shell = operator_shell("")
    assert not re.search(r"https?://|[\"'(]//", shell.header + shell.body + shell.script)


def test_names_of_base_maps_cannot_run() -> None:
    for payload in PAYLOADS:
        named = {**GIVEN, "name_zh": payload, "name_en": payload}
        script = operator_shell(json.dumps([named])).script
        assert json.dumps(payload).replace("<", "\\u003c").replace(">", "\\u003e") in script
        assert "<script>alert" not in script


def test_base_maps_wait_until_somebody_asks() -> None:
    script = operator_shell(json.dumps([GIVEN])).script

    assert "tiles.invalid" in script
    assert not re.search(r"tile_layer_\w+\.addTo", script)
