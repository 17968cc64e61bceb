"""JSON Schemas of all JSON that modelkin writes, into docs/schemas/: `python docs/schemas.py`, from the root.

Types and words come from the records that the JSON is made of, so that a field is described once; what a writer lays
out in another way than its record stands here. tests/reports/test_schemas.py holds them against what is written.
Edit this when a key comes or goes.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from modelkin.attribution import known_findings
from modelkin.audit import family_model, records
from modelkin.cli import config
from modelkin.cli import rules as rules_command
from modelkin.predictions.model import Agreement
from modelkin.reports import agreements, audits
from modelkin.reports import json as report_json
from modelkin.results import (
    Attribution,
    Conclusion,
    DefinitionMatch,
    Drawing,
    DutyState,
    FileDate,
    FileVerdict,
    Finding,
    FindingPlace,
    Innovations,
    KnownCorpus,
    LayoutRow,
    LeftOut,
    Level,
    Observation,
    Region,
    Rename,
    Report,
    Scanned,
    Skipped,
    SourceKind,
    Suppression,
    Trust,
    Unread,
    UpstreamGrounds,
    UpstreamMatch,
    Verdict,
)
from modelkin.results import cells as notebook_cells
from modelkin.rulebook.model import FindingRule, LicenceRule
from modelkin.settings import IN_FILE, ValueKind

FOLDER = Path(__file__).parent / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
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


# What the report and its lines are made of.

NOTEBOOK = ("notebook",)
REGION = fields(Region, "path first_line last_line")
WHERE = {**REGION, "notebook": said(one("notebook"), "Where in a notebook the lines stand; of no other file.")}
OBSERVATION = record(
    Observation,
    "kind relation strength says figures compared_with explained_by",
    regions=many(closed(REGION)),
    renames=many(record(Rename, "original copy kind count")),
    outline=many(record(LayoutRow)),
    drawings=many(record(Drawing)),
)
CONCLUSION = record(Conclusion, "sentence unknown", upstreams=many(record(UpstreamGrounds)))
TOOL = closed({"name": {"const": "modelkin"}, "version": TEXT}, says="The program that wrote it.")
CORPUS = closed({"name": TEXT, "version": TEXT, "digest": TEXT}, says="What was compared with, all together.")
AGE = said({"type": ["integer", "null"]}, "Days since the newest release that it knows; null without a date.")
CORPORA = many(record(KnownCorpus, age=AGE))
LEFT_OUT = record(LeftOut)
SKIPPED = record(Skipped)
COUNTS = {
    "by_verdict": closed({each.value: COUNT for each in Verdict}, says="How many files have each verdict."),
    "by_level": closed({each.value: COUNT for each in Level}, says="How many findings to answer for, by level."),
}
NATIVE_UPSTREAM = closed(
    {"release": TEXT, **fields(UpstreamMatch, "project released path licence url direction")},
    says="The upstream that had the file first.",
)


def report_defs() -> dict[str, Schema]:
    """What a report and its lines are made of."""
    upstreams = {"upstreams": many("upstream"), "later": many("upstream"), "alike": many("upstream")}
    place = {**WHERE, **fields(FindingPlace, "message upstream", upstream_region=or_null("region"))}
    return {
        "region": record(Region),
        "notebook": closed({"first": one("cell"), "last": one("cell")}, says="Where in a notebook lines stand."),
        "cell": closed(
            dict.fromkeys(notebook_cells.CellPlace._fields, COUNT), says="A line of a cell, and of the file."
        ),
        "dated": record(FileDate, "date by claim at_latest says project"),
        "upstream": record(
            UpstreamMatch,
            "project path first_release last_release released share contained licence copyrights url parts direction "
            "without appeared appeared_on recent_lines sources",
            innovations=or_null(record(Innovations, "held added since until")),
        ),
        "file": record(
            FileVerdict,
            "path sha256 verdict similarity licence own_release notes direction direction_by claim contained",
            origin=or_null("upstream"),
            renames=many(record(Rename, "original copy kind count consistency scope occurrences")),
            definitions=many("definition"),
            dated=one("dated"),
            **upstreams,
        ),
        "definition": closed(
            fields(
                DefinitionMatch,
                "qualname first_line last_line verdict similarity tokens statements matched_statements",
                upstream=or_null(closed({"qualname": TEXT, **REGION})),
            )
            | {"notebook": WHERE["notebook"]},
            NOTEBOOK,
            "A function or class, and its counterpart.",
        ),
        "attribution": record(
            Attribution,
            "path grade",
            upstream=closed(fields(UpstreamMatch, "project path") | {"release": TEXT}),
            duties=many(record(DutyState)),
        ),
        "place": closed(place, NOTEBOOK, "One of the files that a finding is about."),
        "suppression": closed(
            fields(Suppression) | {"notebook": WHERE["notebook"]}, NOTEBOOK, str(Suppression.__doc__)
        ),
        "finding": closed(
            {
                **WHERE,
                **fields(Finding, "rule level confidence reason message upstream remedy clause group known"),
                "files": said(many(TEXT), "The paths of all files that it is about, `path` before the others."),
                "places": many("place"),
                "upstream_region": or_null("region"),
                "suppression": said(or_null("suppression"), "What waives it; null where nothing does."),
            },
            NOTEBOOK,
            "One thing to act on, in one file or in several.",
        ),
        "evidence": OBSERVATION,
        "conclusion": CONCLUSION,
        "hidden": LEFT_OUT,
        "not_obeyed": LEFT_OUT,
        "skipped": SKIPPED,
        "unread": record(
            Unread, "kind count paths upstream", known=many(closed({"path": TEXT, "upstream": NATIVE_UPSTREAM}))
        ),
        "summary": closed(
            {
                "files_scanned": COUNT,
                **COUNTS,
                "files_with_findings": said(COUNT, "How many files the findings are about."),
                "waived": COUNT,
                "known": COUNT,
                "skipped": COUNT,
                "unread": COUNT,
                "later": said(COUNT, "Files on no upstream that younger projects hold."),
                "seconds": NUMBER,
            },
            says="The report in numbers.",
        ),
    }


HEAD = {
    "schema": {"const": report_json.SCHEMA},
    "tool": TOOL,
    "corpus": CORPUS,
    "corpora": CORPORA,
    "root": said(TEXT, "The source, as it was named."),
    "scanned": record(
        Scanned,
        "at release released repository commit changed digest",
        source={"enum": [*(each.value for each in SourceKind), ""]},
        trust=words_of(Trust),
    ),
}


def report() -> Schema:
    lists = {key: many(name) for key, name in report_json.LINE_TYPES}
    body = {**HEAD, "conclusion": or_null("conclusion"), **lists, "summary": one("summary")}
    return {**closed(body), "$defs": report_defs()}


def report_lines() -> Schema:
    """Any one line of JSON Lines."""
    defs = report_defs()
    lines = {"run": closed({"type": {"const": "run"}, **HEAD}, says="The first line.")}
    names = dict.fromkeys([*(name for _, name in report_json.LINE_TYPES), "conclusion", "summary"])
    for name in names:
        inner = defs.pop(name)
        properties = {"type": {"const": name}, **inner["properties"]}
        lines[name] = {**inner, "properties": properties, "required": ["type", *inner["required"]]}
    return {
        "oneOf": [one(f"{name}-line") for name in lines],
        "$defs": defs | {f"{k}-line": v for k, v in lines.items()},
    }


def audit() -> Schema:
    summary = {
        **dict.fromkeys(("repositories", "failed", "files", "contents"), COUNT),
        **COUNTS,
        **dict.fromkeys(("waived", "skipped", "later"), COUNT),
        "not_obeyed": many(LEFT_OUT),
        "seconds": NUMBER,
    }
    row = {
        "name": TEXT,
        "failed": said(or_null(TEXT), "Why there is no report on it; null where there is one."),
        "files": COUNT,
        **COUNTS,
        "waived": COUNT,
        "copies": said({"type": "object", "additionalProperties": COUNT}, "How many files are copies, by upstream."),
        "models": many(TEXT),
        "conclusion": or_null(TEXT),
        "later": COUNT,
        "skipped": many(SKIPPED),
        "not_obeyed": many(LEFT_OUT),
        "seconds": NUMBER,
    }
    upstream = {"project": TEXT, "files": COUNT, "repositories": COUNT}
    left = {"smaller": COUNT, "common": COUNT, "not_recorded": FLAG}
    body = {
        "schema": {"const": audits.SCHEMA},
        "tool": TOOL,
        "corpus": CORPUS,
        "corpora": CORPORA,
        "place": said(TEXT, "The folder or list that was audited."),
        "summary": closed(summary),
        "upstreams": many(closed(upstream)),
        "first": said(many(TEXT), "The repositories to look at first."),
        "families": many("family"),
        "families_left": said(closed(left), "Families that are not listed."),
        "repositories": many(closed(row)),
    }
    return {**closed(body), "$defs": {"family": family()}}


def family() -> Schema:
    dated = record(FileDate, "by claim at_latest says", date=or_null(TEXT))
    member = {"repository": TEXT, "path": TEXT, "sha256": TEXT, "share": NUMBER, "dated": dated}
    definition = {"name": TEXT, "tokens": NUMBER, "repositories": COUNT}
    return closed(
        {
            **dict.fromkeys(("repositories", "files", "contents"), COUNT),
            "first": or_null(closed({"repository": TEXT, "path": TEXT})),
            "certainty": words_of(family_model.Certainty),
            "why": TEXT,
            "definitions": many(closed(definition)),
            "members": many(closed(member)),
            "members_left": COUNT,
        },
        says="Files of several repositories that have code in common which no known upstream has.",
    )


def agreement() -> Schema:
    defs = whole(["Agreement"], record_types())
    body = defs.pop("Agreement")
    body["properties"] |= {"schema": {"const": agreements.SCHEMA}, "tool": TOOL, "observation": OBSERVATION}
    body["required"] = list(body["properties"])
    return {**body, "$defs": reached(body, defs)}


def rules() -> Schema:
    defs = whole(["LicenceRule", "FindingRule"], record_types())
    for key in ("reported", "passed"):  # examples, which are for its test
        defs["FindingRule"]["properties"].pop(key)
        defs["FindingRule"]["required"].remove(key)
    lists = {"findings": many("FindingRule"), "licences": many("LicenceRule")}
    body = closed({"schema": {"const": rules_command.SCHEMA}, **lists}, may_lack=lists)
    either = [{"required": [key]} for key in lists]
    return {**body, "anyOf": either, "$defs": reached(body, defs)}


def reached(body: Schema, defs: Mapping[str, Schema]) -> dict[str, Schema]:
    """Those of ``defs`` that are used."""
    wanted, found = list(references(body)), {}
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name] = defs[name]
            wanted += references(defs[name])
    return dict(sorted(found.items()))


# Values of settings that are no lists.
VALUES = {
    ValueKind.PATH: or_null(TEXT),
    ValueKind.DATE: or_null(TEXT),
    ValueKind.SHARE: or_null(NUMBER),
    ValueKind.SECONDS: or_null(NUMBER),
    ValueKind.COUNT: or_null(COUNT),
    ValueKind.SIZE: or_null(COUNT),
    ValueKind.FLAG: or_null(FLAG),
}


def configuration() -> Schema:
    line = said({"type": ["integer", "null"], "minimum": 1}, "Where it is set; null where it is not.")
    kinds = {key: each.kind for key, each in IN_FILE.items() if each.kind is not ValueKind.WAIVERS}
    settings = [
        closed({"key": {"const": key}, "value": VALUES.get(kind, many(TEXT)), "line": line})
        for key, kind in kinds.items()
    ]
    waiver = {"path": TEXT, "rule": TEXT, "reason": TEXT, "line": COUNT}
    return closed(
        {
            "schema": {"const": config.SCHEMA},
            "path": said(TEXT, "The settings file; empty where there is none."),
            "settings": many({"oneOf": settings}),
            "waivers": many(closed(waiver)),
            "left_out": said(many({"enum": list(IN_FILE)}), "Keys that do not count by themselves."),
        }
    )


def baseline() -> Schema:
    known = closed({"rule": TEXT, "path": TEXT, "upstream": TEXT})
    digests = {"type": "object", "additionalProperties": known, "propertyNames": {"pattern": "^[0-9a-f]{64}$"}}
    words = "What is known, by a digest of rule, file and upstream file."
    return closed({"schema": {"const": known_findings.SCHEMA}, "findings": said(digests, words)})


def journal() -> Schema:
    """Any one line of a journal: one record, sealed."""
    defs = whole(["JournalRecord"], record_types())
    lines = defs.pop("JournalRecord")["properties"]
    defs["AuditHeader"]["properties"]["schema"] = {"const": records.SCHEMA}
    digest = said({"type": "string", "pattern": "^[0-9a-f]{32}$"}, "A digest over this line and all lines above it.")
    kinds = [closed({key: each["anyOf"][0], "digest": digest}) for key, each in lines.items()]
    return {"oneOf": kinds, "$defs": dict(sorted(defs.items()))}


SCHEMAS = {
    "report": ("A report of a scan or a comparison, as --format json has it", report_json.SCHEMA, report),
    "report-lines": ("A line of a report, as --format jsonl has it", report_json.SCHEMA, report_lines),
    "audit": ("The summary of an audit, as --format json has it", audits.SCHEMA, audit),
    "agreement": ("What `modelkin agree --format json` says", agreements.SCHEMA, agreement),
    "rules": ("What `modelkin rules --format json` lists", rules_command.SCHEMA, rules),
    "configuration": ("What `modelkin config show --format json` says", config.SCHEMA, configuration),
    "baseline": ("A baseline, as `modelkin baseline` records it", known_findings.SCHEMA, baseline),
    "journal": ("A line of the journal of an audit", records.SCHEMA, journal),
}


def made(name: str) -> Schema:
    """The schema of that name. Its id says which number of the contract it is of; it is no address."""
    title, contract, build = SCHEMAS[name]
    number = contract.replace(".", ":").replace("/", ":")
    suffix = "" if name in contract else f":{name}"
    return {"$schema": DIALECT, "$id": f"urn:{number}{suffix}", "title": title, **build()}


def text_of(name: str) -> str:
    return json.dumps(made(name), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in SCHEMAS:
        (FOLDER / f"{name}.json").write_text(text_of(name), encoding="utf-8")


if __name__ == "__main__":
    main()
