"""The public face: all that a user of Python needs is in `modelkin`, described, and imported when it is asked for."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from msgspec import Struct

import modelkin
import modelkin.errors
from modelkin.reports import FORMATS

from .support.documents import ROOT
from .support.example_reports import REPORT

FACE = Path(modelkin.__file__)
# An audit's header repeats what it was asked for; it is the journal's own.
NOT_PUBLIC = {"AuditHeader"}


def public() -> dict[str, Any]:
    return {name: getattr(modelkin, name) for name in modelkin.__all__}


def is_own(kind: object) -> bool:
    return isinstance(kind, type) and kind.__module__.split(".")[0] == "modelkin"


def types_in(hint: object) -> Iterator[type]:
    """The classes of modelkin in a type hint, however deep."""
    if isinstance(hint, type) and is_own(hint):
        yield hint
    for each in get_args(hint):
        for inner in each if isinstance(each, list) else [each]:
            yield from types_in(inner)


def reached(roots: list[type]) -> dict[str, type]:
    """All classes of modelkin that public fields lead to."""
    found: dict[str, type] = {}
    left = list(roots)
    while left:
        kind = left.pop()
        if kind.__name__ in found or not is_own(kind):
            continue
        found[kind.__name__] = kind
        hints = get_type_hints(kind) if issubclass(kind, Struct) else {}
        left += [each for name, hint in hints.items() if not name.startswith("_") for each in types_in(hint)]
    return found


def undescribed(kind: type) -> list[str]:
    """The fields of a record, and the members of an enum, with no words below them."""
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(node, ast.ClassDef)
    lacking = []
    for statement, below in zip(node.body, [*node.body[1:], None], strict=True):
        is_field = isinstance(statement, ast.AnnAssign | ast.Assign)
        is_described = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        if is_field and not is_described:
            lacking.append(f"{kind.__name__}: {ast.unparse(statement)}")
    return [each for each in lacking if ": _" not in each]


def test_every_type_that_a_report_reaches_is_public_under_its_own_name() -> None:
    names = public()
    assert {name: kind for name, kind in reached([modelkin.Report]).items() if names.get(name) is not kind} == {}


def test_every_type_that_other_public_names_reach_is_public() -> None:
    functions = [each for each in public().values() if inspect.isfunction(each)]
    hints = [hint for each in functions for hint in get_type_hints(inspect.unwrap(each), localns=public()).values()]
    records = [each for each in public().values() if is_own(each)]
    found = reached([*records, *(kind for hint in hints for kind in types_in(hint))])
    assert found.keys() - set(modelkin.__all__) == NOT_PUBLIC


def test_each_field_of_what_a_report_holds_is_described_below_it() -> None:
    # What a renamed identifier names needs no more words.
    kinds = reached([modelkin.Report, modelkin.AuditSummary, modelkin.Checkout, modelkin.Advance])
    assert [each for name, kind in kinds.items() if name != "Kind" for each in undescribed(kind)] == []


def test_every_error_that_can_be_raised_at_a_user_is_public() -> None:
    errors = {name for name, each in vars(modelkin.errors).items() if isinstance(each, type)}
    assert errors <= set(modelkin.__all__)


def test_type_checkers_see_what_is_there() -> None:
    tree = ast.parse(FACE.read_bytes())
    (checked,) = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {
        node.module: {alias.name for alias in node.names} for node in checked.body if isinstance(node, ast.ImportFrom)
    }
    assert seen == {module: set(names.split()) for module, names in modelkin._MODULES.items()}
    assert {*set().union(*seen.values()), "__version__"} == set(modelkin.__all__)
    assert list(modelkin.__all__) == sorted(modelkin.__all__)


def test_names_are_listed_and_others_are_not_there() -> None:
    assert set(modelkin.__all__) <= set(dir(modelkin))
    assert modelkin.__version__ == version("modelkin")
    with pytest.raises(AttributeError, match="no attribute 'scna'"):
        _ = modelkin.scna


def test_importing_the_face_imports_nothing_else() -> None:
    script = (
        "import sys; before = set(sys.modules); import modelkin; dir(modelkin); "
        "print(*(name for name in set(sys.modules) - before if name.split('.')[0] not in sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["modelkin"]


def test_no_module_hides_a_function_that_is_called_like_it() -> None:
    import modelkin.audit.run

    assert inspect.isfunction(modelkin.audit)
    assert all(not inspect.ismodule(each) for each in public().values())


def test_a_report_is_rendered_as_the_command_writes_it() -> None:
    assert modelkin.render(REPORT, "concise") == FORMATS["concise"](REPORT, None)  # type: ignore[arg-type]
    assert "\x1b" not in modelkin.render(REPORT)
    with pytest.raises(modelkin.UsageError, match="no format 'pdf': choose from text, "):
        modelkin.render(REPORT, "pdf")


def test_texts_that_take_too_long_end_in_an_error() -> None:
    trap = b";~" * 60_000
    with pytest.raises(modelkin.SourceError, match="took longer than "):
        modelkin.compare_texts(trap, b"x = 1\n")


def test_the_page_on_python_has_every_public_name_once() -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    rows = [
        line.split("|")[1] for line in page[page.index("## All public names") :].splitlines() if line.startswith("| `")
    ]
    names = [name.strip("` ") for row in rows for name in row.split(",")]
    assert sorted(names) == sorted(modelkin.__all__)
