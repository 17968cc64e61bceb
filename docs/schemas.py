"""JSON Schemas of all JSON that modelkin writes, into docs/schemas/: `python docs/schemas.py`, from the root.

Types and words come from the records that the JSON is made of, so that a field is described once; what a writer lays
out in another way than its record stands here. tests/reports/test_schemas.py holds them against what is written.
Edit this when a key comes or goes.
"""

from __future__ import annotations

import json
from pathlib import Path

from record_schemas import (
    COUNT,
    FLAG,
    NUMBER,
    TEXT,
    Schema,
    closed,
    fields,
    many,
    one,
    or_null,
    reached,
    record,
    record_types,
    said,
    whole,
    words_of,
)

from modelkin.attribution import known_findings
from modelkin.audit import family_model, records
from modelkin.cli import config
from modelkin.cli import rules as rules_command
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
from modelkin.settings import IN_FILE, ValueKind

FOLDER = Path(__file__).parent / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

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
