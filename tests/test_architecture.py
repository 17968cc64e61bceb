"""The folder is the architecture: data flows, and imports go, one way."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCANNER = ROOT / "scanner"
CASES = ROOT / "tests" / "cases"
# What stands in a case is input, and need not even be Python.
TESTS = sorted(path for path in (ROOT / "tests").rglob("*.py") if CASES not in path.parents)

# The order in which data flows. A module may import from its own room and from any above it.
ORDER = (
    "errors",
    "settings",
    "processes",
    "patterns",
    "nesting",
    "budget",
    "folders",
    "writing",
    "shipped",
    "regions",
    "findings",
    "baseline",
    "rulebook",
    "arrays",
    "clones",
    "wildcards",
    "globs",
    "sources",
    "decoding",
    "magics",
    "notebooks",
    "files",
    "token_format",
    "grammar",
    "trees",
    "comments",
    "parsing",
    "literals",
    "binding",
    "emitting",
    "linear",
    "lines",
    "canonical",
    "fingerprints",
    "licences",
    "notices",
    "statements",
    "trust",
    "corpus",
    "query",
    "hits",
    "matching",
    "pairing",
    "alignment",
    "renames",
    "placement",
    "definitions",
    "verdict",
    "attribution",
    "waivers",
    "omissions",
    "pipeline",
    "settings_file",
    "api",
    "mending",
    "audit",
    "scopes",
    "scoping",
    "rewriting",
    "restore",
    "substance",
    "difference",
    "restoration",
    "sidebyside",
    "lineage",
    "reports",
    "cli",
    "__main__",
    "__init__",
)


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name inside it; a folder goes by its own name."""
    named = {}
    for path in SCANNER.rglob("*.py"):
        parts = path.relative_to(SCANNER).with_suffix("").parts
        named[".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)] = path
    return named


MODULES = modules()


def imports(module: str) -> Iterator[str]:
    """The modules of this package that ``module`` imports, wherever in the file and for whatever purpose."""
    path = MODULES[module]
    package = path.parent.relative_to(SCANNER).parts
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.level:
            target = (*package[: len(package) - node.level + 1], *(node.module or "").split("."))
            yield from resolved(tuple(part for part in target if part), [alias.name for alias in node.names])


def resolved(target: tuple[str, ...], names: list[str]) -> Iterator[str]:
    for name in names:
        inner = ".".join((*target, name))
        yield inner if inner in MODULES else ".".join(target) or "__init__"


def room(module: str) -> int:
    name = module.split(".")[0]
    assert name in ORDER, f"{name} has no place yet: add it to ORDER where its data flows"
    return ORDER.index(name)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_go_up_the_list_only(module: str) -> None:
    upward = [imported for imported in imports(module) if room(imported) > room(module)]
    assert not upward, f"{module} imports {upward}, which come after it"


def test_there_is_no_import_cycle() -> None:
    graph = {module: set(imports(module)) - {module} for module in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("path", [*SCANNER.rglob("*.py"), *TESTS], ids=str)
def test_nothing_imports_the_folder_by_its_name(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_bytes())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        assert not [name for name in names if name.split(".")[0] == "scanner"]


@pytest.mark.parametrize("module", sorted(MODULES))
def test_the_package_imports_itself_relatively(module: str) -> None:
    for node in ast.walk(ast.parse(MODULES[module].read_bytes())):
        if isinstance(node, ast.ImportFrom) and not node.level:
            assert (node.module or "").split(".")[0] != "modelkin"
        if isinstance(node, ast.Import):
            assert not [alias for alias in node.names if alias.name.split(".")[0] == "modelkin"]
