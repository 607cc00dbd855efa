import shutil
import subprocess
from pathlib import Path

from gridmap.maps.bundle import bundled


def test_the_export_bundle_is_one_script_without_imports(tmp_path: Path) -> None:
    text = bundled("export/main.js")
    file = tmp_path / "bundle.js"
    file.write_text(text)

    assert "\nimport " not in text
    assert "\nexport " not in text
    node = shutil.which("node")
    assert node is not None, "Node checks the scripts; `make test` brings it"
    subprocess.run([node, "--check", str(file)], check=True)


def test_a_module_comes_once_and_before_those_who_need_it() -> None:
    text = bundled("export/main.js")

    assert text.count('modules["dom.js"] =') == 1
    assert text.index('modules["messages.js"] =') < text.index('modules["words.js"] =') < text.index('modules["times.js"] =')
