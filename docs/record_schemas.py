"""JSON Schemas out of the records of modelkin: the types of their fields, and what the source says below each.

For schemas.py, which lays out what is written. Edit this when records are made of one more kind of type.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from modelkin.audit import records
from modelkin.predictions.model import Agreement
from modelkin.results import Drawing, LayoutRow, Report
from modelkin.rulebook.model import FindingRule, LicenceRule

Schema = dict[str, Any]
RECORDS = (Report, records.JournalRecord, Agreement, LicenceRule, FindingRule)
COMPONENTS = msgspec.json.schema_components(RECORDS, ref_template="#/$defs/{name}")[1]
COMPONENTS |= msgspec.json.schema_components((LayoutRow, Drawing), ref_template="#/$defs/{name}")[1]

TEXT, FLAG, NUMBER, COUNT = (
    {"type": "string"},
    {"type": "boolean"},
    {"type": "number"},
    {"type": "integer", "minimum": 0},
)


def said(schema: Schema, words: str) -> Schema:
    """The schema with what it means."""
    return {**schema, "description": " ".join(words.split())} if words else schema


def one(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def many(schema: Schema | str) -> Schema:
    return {"type": "array", "items": one(schema) if isinstance(schema, str) else schema}


def or_null(schema: Schema | str) -> Schema:
    return {"anyOf": [one(schema) if isinstance(schema, str) else schema, {"type": "null"}]}


def words_of(kind: type[Enum]) -> Schema:
    return {"enum": [each.value for each in kind]}


def closed(properties: Mapping[str, Schema], may_lack: Iterable[str] = (), says: str = "") -> Schema:
    """An object with these keys and no others; all must be there but those that it ``may_lack``."""
    lacking = set(may_lack)
    needed = [key for key in properties if key not in lacking]
    schema = {"type": "object", "properties": dict(properties), "required": needed, "additionalProperties": False}
    return said(schema, says)


@cache
def told(kind: type) -> dict[str, str]:
    """What the source says below each field of a record."""
    tree = ast.parse(Path(sys.modules[kind.__module__].__file__ or "").read_text("utf-8"))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == kind.__name__)
    found = {}
    for field, below in zip(body, [*body[1:], None], strict=True):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            is_text = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
            found[field.target.id] = str(below.value.value).replace("`", "") if is_text else ""  # type: ignore[union-attr]
    return found


def plain(schema: Schema) -> Schema:
    """A type as msgspec has it, without defaults, its enumerations written out; whole numbers are not negative."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        target = COMPONENTS[name]
        return {"enum": target["enum"]} if "enum" in target else one(name)
    kept = {key: value for key, value in schema.items() if key not in ("default", "title", "description")}
    if kept.get("type") == "integer":
        kept["minimum"] = 0
    if "items" in kept and isinstance(kept["items"], dict):
        kept["items"] = plain(kept["items"])
    if isinstance(kept.get("additionalProperties"), dict):
        kept["additionalProperties"] = plain(kept["additionalProperties"])
    if "prefixItems" in kept:
        kept["prefixItems"] = list(map(plain, kept["prefixItems"]))
    if "anyOf" in kept:
        kept["anyOf"] = list(map(plain, kept["anyOf"]))
    return kept


def fields(kind: type[Any], names: str = "", **others: Schema) -> dict[str, Schema]:
    """Fields of a record, all where none is named, with what the source says of each; ``others`` are laid out anew."""
    found = COMPONENTS[kind.__name__]["properties"]
    words = told(kind)
    taken = {
        name: said(plain(found[name]), words.get(name, "")) for name in (names.split() or found) if name not in others
    }
    return taken | {name: said(schema, words.get(name, "")) for name, schema in others.items()}


def record(kind: type[Any], names: str = "", may_lack: Iterable[str] = (), **others: Schema) -> Schema:
    return closed(fields(kind, names, **others), may_lack, (kind.__doc__ or "").partition("\n\n")[0])


def whole(names: Iterable[str], kinds: Mapping[str, type[Any]]) -> dict[str, Schema]:
    """Records as msgspec writes them, and all that they hold, under the names of their types."""
    wanted, found = list(names), {}
    while wanted:
        name = wanted.pop()
        component = COMPONENTS[name]
        if name in found or "enum" in component:
            continue
        if component["type"] == "object":
            words = told(kinds[name]) if name in kinds else {}
            properties = {key: said(plain(each), words.get(key, "")) for key, each in component["properties"].items()}
            found[name] = closed(properties, says=component.get("description", "").partition("\n\n")[0])
        else:
            found[name] = plain(component)
        wanted += references(found[name])
    return found


def references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].rpartition("/")[2]
        schema = list(schema.values())
    for each in schema if isinstance(schema, list) else ():
        yield from references(each)


def record_types() -> dict[str, type[Any]]:
    """The records of this program by their names, as far as one alone is called so."""
    found: dict[str, type[Any]] = {}
    waiting = list(msgspec.Struct.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("modelkin.") and sys.modules[kind.__module__].__dict__.get(kind.__name__) is kind:
            found[kind.__name__] = kind
    return found


def reached(body: Schema, defs: Mapping[str, Schema]) -> dict[str, Schema]:
    """Those of ``defs`` that are used."""
    wanted, found = list(references(body)), {}
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name] = defs[name]
            wanted += references(defs[name])
    return dict(sorted(found.items()))
