"""Makes the component of a plugin: `python3 build.py --plugin DIR --wit DIR --out FILE --libraries FILE`.

componentize-py loads the plugin's main module, which pyproject.toml names, and a first module that is written here from the world of the
contract; the memory of the interpreter is kept in the component. While the plugin is loaded no kernel answers.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import tomllib
from importlib import metadata
from pathlib import Path

KIT = Path(__file__).resolve().parent.parent
#: The component's first module.
ENTRY = "tiwizi_component"


def world_of(wit: Path) -> tuple[list[str], list[str]]:
    """The names of the interfaces that `world plugin` imports and exports."""
    text = re.sub(r"//.*", "", (wit / "world.wit").read_text(encoding="utf-8"))
    world = re.search(r"world\s+plugin\s*\{([^}]*)\}", text)
    if world is None:
        raise SystemExit(f"{wit} holds no world plugin")
    imports, exports = (re.findall(rf"\b{word}\s+([a-z][a-z0-9-]*)\s*;", world[1]) for word in ("import", "export"))
    return imports, exports


def entry_of(main: str, imports: list[str], exports: list[str]) -> str:
    """The first module: hands the world's imports to the kit, and holds a class for each of its exports."""
    snake = [(name, name.replace("-", "_")) for name in imports]
    camel = [(name, name.title().replace("-", "")) for name in exports]
    return "\n".join(
        [
            "import wit_world.exports",
            f"from wit_world.imports import {', '.join(module for _, module in snake)}",
            "from tiwizi.component import export, exported, interface",
            f"from {main} import plugin as _plugin",
            f"_interfaces = {{{', '.join(f'{name!r}: interface({module})' for name, module in snake)}}}",
            "_answers = exported(_plugin)",
            *[f"{made} = export({name!r}, wit_world.exports.{made}, _answers, _interfaces)" for name, made in camel],
            "",
        ]
    )


def main_of(plugin: Path) -> str:
    """The main module that pyproject.toml names."""
    project = tomllib.loads((plugin / "pyproject.toml").read_text(encoding="utf-8"))
    main = project.get("tool", {}).get("tiwizi", {}).get("main", "plugin")
    if not (plugin / f"{main.replace('.', '/')}.py").is_file():
        raise SystemExit(f"pyproject.toml says that the plugin begins in {main}.py, which is not there")
    return main


def libraries_of(plugin: Path) -> list[dict[str, str | None]]:
    """Which libraries the component holds: the kit, what holds the interpreter, and the packages that lie in the plugin's folder."""
    kit = tomllib.loads((KIT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    libraries = [{"ecosystem": "generic", "name": kit["name"], "version": kit["version"], "licence": kit["license"]}]
    for found in (metadata.distribution("componentize-py"), *metadata.distributions(path=[str(plugin)])):
        licence = found.metadata.get("License-Expression") or found.metadata.get("License")
        libraries.append({"ecosystem": "pypi", "name": found.name, "version": found.version, "licence": licence})
    return libraries


def make(plugin: Path, wit: Path, out: Path) -> int:
    """Writes the component."""
    from componentize_py import script

    imports, exports = world_of(wit)
    with tempfile.TemporaryDirectory(prefix="tiwizi-python-") as folder:
        entry = Path(folder) / f"{ENTRY}.py"
        entry.write_text(entry_of(main_of(plugin), imports, exports), encoding="utf-8")
        paths = [word for path in (folder, str(plugin), str(KIT)) for word in ("-p", path)]
        sys.argv = ["componentize-py", "-q", "-d", str(wit), "-w", "plugin", "componentize", ENTRY, *paths, "-o", str(out)]
        return script()


def main() -> int:
    arguments = argparse.ArgumentParser()
    for name in ("--plugin", "--wit", "--out", "--libraries"):
        arguments.add_argument(name, type=Path, required=True)
    asked = arguments.parse_args()
    plugin = asked.plugin.resolve()
    asked.libraries.write_text(json.dumps(libraries_of(plugin)), encoding="utf-8")
    return make(plugin, asked.wit.resolve(), asked.out.resolve())


if __name__ == "__main__":
    sys.exit(main())
