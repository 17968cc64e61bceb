"""The source text of modelkin: one module starts processes, and none runs code that it was given."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from .support.documents import ROOT

pytestmark = pytest.mark.unmeasured

SCANNER = ROOT / "scanner"

# Modules by which a process is started, code is loaded, or objects are rebuilt from bytes.
MODULES = frozenset(
    """
    bdb cProfile cffi code codeop commands concurrent.futures.process concurrent.futures.interpreter ctypes
    _ctypes dill distutils doctest ensurepip idlelib imp importlib importlib.machinery importlib.util joblib
    logging.config marshal multiprocessing nt pdb pickle pip pkgutil platform posix _posixsubprocess profile pty runpy
    setuptools shelve subprocess timeit trace turtle unittest venv webbrowser _winapi zipapp zipimport cloudpickle
    concurrent.interpreters _xxsubinterpreters test tkinter pydoc sqlite3
    """.split()
)
HARMLESS = frozenset({"multiprocessing.connection", "importlib.metadata", "importlib.resources"})
# Functions, by the end of the dotted name that they are called or imported by.
FUNCTIONS = frozenset(
    """
    ProcessPoolExecutor InterpreterPoolExecutor os.system os.popen os.startfile os.fork os.forkpty os.add_dll_directory
    yaml.unsafe_load yaml.unsafe_load_all yaml.full_load yaml.full_load_all yaml.UnsafeLoader yaml.FullLoader
    click.launch click.edit click.echo_via_pager numpy.load np.load sys.setprofile sys.settrace import_module
    create_subprocess_exec create_subprocess_shell subprocess_exec subprocess_shell
    """.split()
)
PREFIXES = ("os.exec", "os.spawn", "os.posix_spawn")
BUILTINS = frozenset({"eval", "exec", "compile", "__import__", "breakpoint"})
KEYWORDS = frozenset({"allow_pickle", "preexec_fn"})
# Each with its reason.
ALLOWED = {
    ("support.processes", "subprocess"): "the one place for programs",
    ("support.worker_processes", "multiprocessing"): "the one place for workers",
    ("support.worker_processes", "concurrent.futures.ProcessPoolExecutor"): "the one place for workers",
    ("__init__", "importlib.import_module"): "a name of this package's own table, when it is first used",
    ("cli.__init__", "importlib.import_module"): "a command of this package's own table",
    ("reports.__init__", "importlib.import_module"): "a format of this package's own table",
    ("support.data_files", "importlib.import_module"): "modelkin.corpora and modelkin.rules",
    (
        "support.decoding",
        "importlib.import_module",
    ): "a module of Python's own package encodings, never one in it by a dot",
    ("support.decoding", "importlib.util.find_spec"): "whether that package has such a module",
    ("examining.cached_examiner", "importlib.util.find_spec"): "where packages of a fixed list lie; none is imported",
    ("syntax.grammar", "importlib.util.find_spec"): "where tree_sitter_python lies",
    ("syntax.grammar", "importlib.util.module_from_spec"): "the compiled part of it, which importing it loads as well",
    ("syntax.grammar", "importlib.machinery.PathFinder"): "in that folder alone",
    ("examining.kept_outcomes", "sqlite3"): "a file of the user's own, without extensions or functions of a schema",
    ("examining.kept_outcomes", "sqlite3.Connection"): "its type",
    ("audit.known_contents", "sqlite3"): "a temporary file of this very process",
    ("audit.indexed.database", "sqlite3"): "a file of the user's own, as above; text of a journal is never a statement",
    ("audit.indexed.database", "sqlite3.Connection"): "its type",
    ("audit.indexed.index_building", "sqlite3.Connection"): "its type",
}


def forbidden(source: str | bytes) -> Iterator[str]:
    """What in a module's text starts a process or runs code, by its dotted name."""
    for node in ast.walk(ast.parse(source)):
        for name in imported(node):
            if is_forbidden(name, MODULES):
                yield name
        if isinstance(node, ast.Attribute) and is_forbidden(ast.unparse(node), frozenset()):
            yield ast.unparse(node)
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in BUILTINS:
                yield node.func.id
            yield from (word.arg for word in node.keywords if word.arg in KEYWORDS)


def imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name
            assert alias.name != "os" or alias.asname is None, "os goes by its own name, so that its use is seen"
    elif isinstance(node, ast.ImportFrom) and not node.level:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_forbidden(name: str, modules: frozenset[str]) -> bool:
    parts = name.split(".")
    above = {".".join(parts[:end]) for end in range(1, len(parts) + 1)}
    below = {".".join(parts[start:]) for start in range(len(parts))}
    return not above & HARMLESS and bool(above & modules or below & FUNCTIONS or name.startswith(PREFIXES))


def is_allowed(module: str, name: str) -> bool:
    return any(module == where and (name == what or name.startswith(f"{what}.")) for where, what in ALLOWED)


def modules() -> dict[str, Path]:
    return {".".join(path.relative_to(SCANNER).with_suffix("").parts): path for path in SCANNER.rglob("*.py")}


def test_one_module_starts_processes_and_none_runs_code() -> None:
    found = {(module, name) for module, path in modules().items() for name in forbidden(path.read_bytes())}
    assert sorted(each for each in found if not is_allowed(*each)) == []
    unused = [each for each in ALLOWED if not any(is_allowed(*row) and is_of(each, row) for row in found)]
    assert unused == []


def is_of(allowed: tuple[str, str], found: tuple[str, str]) -> bool:
    return allowed[0] == found[0] and (found[1] == allowed[1] or found[1].startswith(f"{allowed[1]}."))


def test_yaml_is_loaded_by_a_safe_loader_only() -> None:
    for path in modules().values():
        text = path.read_text("utf-8")
        assert "yaml.Loader" not in text
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("yaml.load", "yaml.load_all"):
                given = [ast.unparse(word.value) for word in node.keywords if word.arg == "Loader"]
                assert [name for name in (*given, *map(ast.unparse, node.args[1:])) if "Safe" in name], path


def test_every_way_is_seen() -> None:
    for source in (
        "import subprocess",
        "import subprocess as s",
        "from subprocess import run",
        "def f():\n    import multiprocessing",
        "import multiprocessing.pool",
        "from multiprocessing import pool",
        "from concurrent.futures import ProcessPoolExecutor",
        "from concurrent.futures.process import ProcessPoolExecutor as P",
        "import concurrent.futures\nconcurrent.futures.ProcessPoolExecutor()",
        "import os\nos.system('x')",
        "import os\nrun = os.popen",
        "from os import system",
        "from os import execv as e",
        "import os\nos.execvpe('x', [], {})",
        "import os\nos.spawnlp(0, 'x')",
        "import os\nos.posix_spawnp('x', [], {})",
        "import os\nos.fork()",
        "import pty",
        "import runpy",
        "from importlib import import_module",
        "import importlib.util",
        "import importlib\nimportlib.import_module('x')",
        "eval('x')",
        "exec('x')",
        "compile('x', 'y', 'exec')",
        "__import__('x')",
        "import pickle",
        "from marshal import loads",
        "import shelve",
        "import yaml\nyaml.unsafe_load('x')",
        "from yaml import full_load",
        "import webbrowser",
        "from ctypes import CDLL",
        "import ctypes.util",
        "import platform\nplatform.uname()",
        "import asyncio\nasyncio.create_subprocess_exec('x')",
        "import click\nclick.launch('x')",
        "import numpy\nnumpy.load('x')",
        "f(allow_pickle=True)",
    ):
        assert list(forbidden(source)), source


def test_what_is_harmless_is_not_taken_for_it() -> None:
    harmless = (
        "import os, re, ast\nfrom multiprocessing.connection import Pipe\nre.compile('x')\nos.environ\nimport codecs\n"
    )
    assert list(forbidden(harmless)) == []
