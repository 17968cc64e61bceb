"""The folder is the architecture: rooms, their sizes, and imports that go one way, as docs/architecture.md has them."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

pytestmark = pytest.mark.unmeasured

ROOT = Path(__file__).parent.parent
SCANNER = ROOT / "scanner"
CASES = ROOT / "tests" / "cases"
# What stands in a case is input, and need not even be Python.
TESTS = sorted(path for path in (ROOT / "tests").rglob("*.py") if CASES not in path.parents)
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")

MOST_AT_THE_ROOT = 9
MOST_IN_A_ROOM = 25
MOST_LINES = 400
MOST_FUNCTION_LINES = 45
# A module that one other alone imports may be a door too many: formats and commands aside, there are few reasons.
MOST_WITH_ONE_IMPORTER = 1 / 4
# Names that a module may have in several rooms.
CONVENTIONS = {"__init__", "model"}


def rooms() -> list[str]:
    """The rooms and the modules beside them in their order: the first words of the page's list."""
    listed = re.search(r"```rooms\n(.*?)```", PAGE, re.DOTALL)
    assert listed, "docs/architecture.md has no list of rooms"
    return [line.split()[0] for line in listed[1].splitlines() if line.strip()]


ORDER = rooms()


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name inside it; a folder goes by its own name."""
    named = {}
    for path in SCANNER.rglob("*.py"):
        parts = path.relative_to(SCANNER).with_suffix("").parts
        named[".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)] = path
    return named


MODULES = modules()
TREES = {module: ast.parse(path.read_bytes()) for module, path in MODULES.items()}


def imports(module: str) -> Iterator[str]:
    """The modules of this package that ``module`` imports, wherever in the file and for whatever purpose."""
    package = MODULES[module].parent.relative_to(SCANNER).parts
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.ImportFrom) and node.level:
            target = (*package[: len(package) - node.level + 1], *(node.module or "").split("."))
            yield from resolved(tuple(part for part in target if part), [alias.name for alias in node.names])


def resolved(target: tuple[str, ...], names: list[str]) -> Iterator[str]:
    for name in names:
        inner = ".".join((*target, name))
        yield inner if inner in MODULES else ".".join(target) or "__init__"


GRAPH = {module: set(imports(module)) - {module} for module in MODULES}


def room(module: str) -> str:
    return module.split(".")[0]


def test_the_page_lists_every_room_once() -> None:
    assert sorted(ORDER) == sorted({room(module) for module in MODULES})


def test_imports_go_up_the_list_only() -> None:
    place = {name: number for number, name in enumerate(ORDER)}
    downward = [
        f"{module} imports {imported}, which comes after it"
        for module, others in GRAPH.items()
        for imported in others
        if place[room(imported)] > place[room(module)]
    ]
    assert not downward


def test_there_is_no_import_cycle() -> None:
    try:
        TopologicalSorter(GRAPH).prepare()
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")


def test_nothing_imports_the_folder_by_its_name() -> None:
    found = [
        str(path)
        for path in (*MODULES.values(), *TESTS)
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and any(name.split(".")[0] == "scanner" for name in named(node))
    ]
    assert not found


def test_the_package_imports_itself_relatively() -> None:
    found = [
        module
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and any(name.split(".")[0] == "modelkin" for name in named(node))
    ]
    assert not found


def named(node: ast.Import | ast.ImportFrom) -> list[str]:
    """The modules that an absolute import names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [] if node.level else [node.module or ""]


def test_rooms_are_small_enough_to_be_seen_at_a_glance() -> None:
    files: dict[Path, list[str]] = defaultdict(list)
    for path in MODULES.values():
        files[path.parent].append(path.name)
    most = {SCANNER: MOST_AT_THE_ROOT}
    full = {
        str(folder.relative_to(ROOT)): len(names)
        for folder, names in files.items()
        if len(names) > most.get(folder, MOST_IN_A_ROOM)
    }
    assert not full


def test_modules_and_functions_are_short() -> None:
    long = [module for module, path in MODULES.items() if len(path.read_text("utf-8").splitlines()) > MOST_LINES]
    functions = [
        f"{module}.{node.name}"
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= MOST_FUNCTION_LINES
    ]
    assert not long + functions


def test_a_name_stands_in_one_room_only() -> None:
    stems: dict[str, list[str]] = defaultdict(list)
    for path in MODULES.values():
        stems[path.stem].append(str(path.relative_to(SCANNER)))
    assert not [paths for stem, paths in stems.items() if len(paths) > 1 and stem not in CONVENTIONS]


def test_few_modules_have_a_single_importer() -> None:
    importers: dict[str, set[str]] = defaultdict(set)
    for module, others in GRAPH.items():
        for imported in others:
            importers[imported].add(module)
    single = sorted(module for module, found in importers.items() if len(found) == 1)
    assert len(single) <= MOST_WITH_ONE_IMPORTER * len(MODULES), single


def test_every_module_says_what_it_is_for() -> None:
    assert not [module for module, tree in TREES.items() if not (ast.get_docstring(tree) or "").strip()]
