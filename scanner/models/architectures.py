"""What all models of one architecture have, read from code as text: defaults of classes, names of tensors.

Nothing is imported: the code is parsed, and of it literals alone are taken. Edit this when a library writes its
defaults, or its tables of names, in another way.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Any

from ..results import Skipped
from .config_values import configuration_values, value_text
from .layout_templates import PackedLayout, TensorTemplate, pack
from .model import ConfigurationValues

# Fewer values are those of a part of a model, or of no model.
LEAST_VALUES = 8
_CONFIGURATION = "config.json"
# The tables of the package gguf: a file name's architecture, its tensors, and how a file calls each.
_TABLES = ("MODEL_ARCH_NAMES", "MODEL_TENSORS", "TENSOR_NAMES")
_FIRST_BLOCK = {"bid": 0, "xid": 0}


def class_defaults(files: Iterable[bytes]) -> dict[str, ConfigurationValues]:
    """What the configuration classes in these files of Python take where nothing is said, by the class's name."""
    found: dict[str, ConfigurationValues] = {}
    for stored in files:
        for node in ast.parse(stored).body:
            if isinstance(node, ast.ClassDef) and node.name.endswith("Config"):
                read = configuration_values(_CONFIGURATION, dict(_defaults(node)))
                if not isinstance(read, Skipped) and len(read.values) >= LEAST_VALUES:
                    found[node.name] = read
    return found


def _defaults(node: ast.ClassDef) -> Iterator[tuple[str, Any]]:
    """Of fields, as releases from 5 on have them, and of the parameters of ``__init__``, as those before have."""
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and each.value is not None:
            yield from _literal(each.target.id, each.value)
        elif isinstance(each, ast.FunctionDef) and each.name == "__init__":
            named = each.args.args[len(each.args.args) - len(each.args.defaults) :]
            for argument, value in zip(named, each.args.defaults, strict=True):
                yield from _literal(argument.arg, value)


def _literal(name: str, value: ast.expr) -> Iterator[tuple[str, Any]]:
    """The value of a literal; of a call such as ``interval(...)(default=0.02)``, that of its default."""
    if isinstance(value, ast.Call):
        stated = next((each.value for each in value.keywords if each.arg == "default"), None)
        if stated is None:
            return
        value = stated
    try:
        literal = ast.literal_eval(value)
        value_text(literal)
    except (ValueError, TypeError):
        return
    yield name, literal


def gguf_layouts(constants: bytes) -> dict[str, PackedLayout]:
    """The tensors that a GGUF file of each architecture may hold, by its name, from the text of the module
    ``gguf.constants``: of the layers the first alone, without shapes."""
    tables = _tables(constants)
    names, tensors, spelled = (tables.get(each, {}) for each in _TABLES)
    called = {key: text.value for key, text in names.items() if isinstance(text, ast.Constant)}
    patterns = {key: str(text.value) for key, text in spelled.items() if isinstance(text, ast.Constant)}
    found = {}
    for key, listed in tensors.items():
        members = [ast.unparse(each) for each in listed.elts] if isinstance(listed, ast.List) else []
        held = sorted({f"{patterns[each].format(**_FIRST_BLOCK)}.weight" for each in members if each in patterns})
        if key in called and held:
            found[str(called[key])] = PackedLayout("model.gguf", tuple(map(TensorTemplate, pack(held))))
    return found


def _tables(stored: bytes) -> dict[str, dict[str, ast.expr]]:
    """The dictionaries that a module assigns to names, by the text of their keys."""
    found: dict[str, dict[str, ast.expr]] = {}
    for node in ast.parse(stored).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(node.value, ast.Dict):
            pairs = zip(node.value.keys, node.value.values, strict=True)
            found[node.target.id] = {ast.unparse(key): value for key, value in pairs if key is not None}
    return found
