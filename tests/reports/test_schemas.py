"""The JSON Schemas in docs/schemas/: they take all JSON that is written, hostile or not, and refuse what is broken."""

from __future__ import annotations

import json
import re
import runpy
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest
from msgspec.structs import replace

import modelkin
from modelkin.attribution.copies import Examined
from modelkin.attribution.known_findings import read_baseline, write_baseline
from modelkin.attribution.waivers import Waiver
from modelkin.audit.journal_lines import START, seal
from modelkin.audit.records import DatedFiles, encode
from modelkin.cli import main
from modelkin.notices.model import Credit
from modelkin.notices.model import Strength as Taken
from modelkin.reports import AGREEMENT_FORMATS, AUDIT_FORMATS
from modelkin.reports.console import PLAIN
from modelkin.reports.json import render, render_lines
from modelkin.results import (
    Curve,
    Drawing,
    EvidenceKind,
    FileDate,
    LeftOut,
    Observation,
    Relation,
    Report,
    Skipped,
    Strength,
    Unread,
    UnreadKind,
)

from ..audit.test_families import PLACE
from ..support.answer_files import write_models
from ..support.audit_cases import asked, tiny_corpus, write_repositories
from ..support.example_journal import CONTENT, COPY, HEADER, REPOSITORY
from ..support.example_reports import EMPTY, FINDING, REPORT, YI
from ..support.hostile_reports import HOSTILE, HOSTILE_REPORT, PATH
from ..support.model_folders import NAMES, model_folder, renamed
from ..support.small_corpora import ATTENTION

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "docs" / "schemas"
GOLDEN = ROOT / "tests" / "golden"
NAMES_OF = ("report", "report-lines", "audit", "agreement", "rules", "configuration", "baseline", "journal")
SCHEMAS: Mapping[str, dict[str, Any]] = {
    name: json.loads((FOLDER / f"{name}.json").read_text("utf-8")) for name in NAMES_OF
}
VALID = {name: jsonschema.Draft202012Validator(schema) for name, schema in SCHEMAS.items()}
HUGE = 2**63
WEIGHTS = Observation(EvidenceKind.WEIGHTS, Relation.NOISE, Strength.STRONG, HOSTILE, PATH)
Documents = Mapping[str, list[Any]]


def reports(folder: Path) -> Iterator[Report]:
    """Such as tests make, hostile ones, and one of two models with a notebook."""
    yield from (REPORT, EMPTY, HOSTILE_REPORT)
    left = (LeftOut("", "", HUGE),)
    unread = Unread(UnreadKind.OTHER, HUGE, ("", "\udcff"), "\x00")
    yield replace(EMPTY, root="", hidden=left, not_obeyed=left, skipped=(Skipped("\ud800", ""),), unread=(unread,))
    drawing = Drawing(Curve.SCALES, HOSTILE, (0.5, 1e-9), (1.0, 2.0))
    yield replace(EMPTY, evidence=(replace(WEIGHTS, figures={HOSTILE: 1e300, "": -1.0}, drawings=(drawing,)),))
    lamp = model_folder(folder / "lamp", with_shapes=True)
    copy = model_folder(folder / "copy", renamed(NAMES), with_shapes=True)
    cells = [{"cell_type": "code", "source": ATTENTION, "metadata": {}, "outputs": []}]
    (copy / "demo.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    (lamp / "attention.py").write_text(ATTENTION)
    (lamp / "LICENSE").write_text("MIT License\n")
    yield modelkin.compare(str(copy), str(lamp))
    yield modelkin.scan(str(copy), modelkin.ScanOptions(against=(f"lamp={lamp}",), corpora=()))


def audits(folder: Path) -> tuple[list[str], list[bytes]]:
    """The summary and the reports of two audits, and the lines of their journals."""
    asking = {"README.md": "# A\n", "a.py": "x = 1\n", "b.ipynb": "{", "modelkin.toml": 'exclude = ["*"]\n'}
    place = write_repositories(folder / "all", {**PLACE, "x \x1b[31m/\u202ey": asking})
    (folder / "list.txt").write_text("all/a/first\nall/b/renamed\nall/d/vendored\nnowhere\n")
    corpus, told = tiny_corpus(folder / "small.safetensors"), []
    for source in (place, folder / "list.txt"):
        journal = folder / f"{source.name}.jsonl"
        audit = modelkin.audit(source, journal, asked(corpus))
        told.append("".join(AUDIT_FORMATS["json"](audit, PLAIN)))
        told.append("".join(AUDIT_FORMATS["jsonl"](audit, PLAIN)))
    return told, [line for each in sorted(folder.glob("*.jsonl")) for line in each.read_bytes().splitlines()]


def sealed(*records: Any) -> Iterator[bytes]:
    digest = START
    for each in records:
        line, digest = seal(encode(each), digest)
        yield line


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    """What is written in each form."""
    folder = tmp_path_factory.mktemp("schemas")
    found: dict[str, list[Any]] = {name: [] for name in NAMES_OF}
    for each in reports(folder):
        found["report"].append(json.loads(render(each)))
        found["report-lines"] += map(json.loads, render_lines(each).splitlines())
    found["report"].append(json.loads((GOLDEN / "report.json").read_text("utf-8")))
    found["report-lines"] += map(json.loads, (GOLDEN / "report.jsonl").read_text("utf-8").splitlines())
    (whole, lines, second, more), journal = audits(folder)
    found["audit"] += [json.loads(whole), json.loads(second)]
    found["report-lines"] += map(json.loads, (lines + more).splitlines())
    hostile = replace(REPOSITORY, name=HOSTILE, root=PATH, findings=HOSTILE_REPORT.findings, failed=HOSTILE)
    waived = replace(HEADER, waivers=(Waiver(PATH, 1, (HOSTILE,), HOSTILE, HOSTILE, True),))
    hostile = replace(hostile, unread=HOSTILE_REPORT.unread, evidence=(WEIGHTS,), scanned=REPORT.scanned)
    credited = replace(COPY, credits=(Credit(1, 1, HOSTILE, Taken.COPIED, HOSTILE),))
    copied = replace(CONTENT, examined=Examined(YI, credited))
    dates = DatedFiles(HOSTILE, {PATH: FileDate(HOSTILE), "": FileDate()})
    records = (
        HEADER,
        waived,
        CONTENT,
        copied,
        REPOSITORY,
        replace(CONTENT, examined=None, skipped=HOSTILE),
        hostile,
        dates,
    )
    found["journal"] += map(json.loads, [*journal, *sealed(*records)])
    found["agreement"] += agreements(folder)
    for findings in ((FINDING,), HOSTILE_REPORT.findings, ()):
        write_baseline(folder / "baseline.json", findings)
        assert len(read_baseline(folder / "baseline.json")) == len([each for each in findings if not each.suppression])
        found["baseline"].append(json.loads((folder / "baseline.json").read_text()))
    return found


def agreements(folder: Path) -> Iterator[Any]:
    (folder / "answers").mkdir()
    paths = write_models(folder / "answers")
    controls = [path for name, path in paths.items() if name.startswith("control")]
    for second, others in (("copy", controls), ("other", controls), ("copy", [])):
        agreed = modelkin.agree(paths["model"], paths[second], paths["gold"], others)
        yield json.loads(AGREEMENT_FORMATS["json"](agreed, PLAIN))


SETTINGS = """\
include = ["src/*"]
min-similarity = 0.5
fail-on = ["error"]
jobs = 2
baseline = "known.json"

[[waivers]]
path = "a.py"
rule = "holder-removed"
reason = "asked for \\u202e"
"""


@pytest.fixture
def printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[], Documents]:
    """What the commands print that have JSON of their own."""

    def run(*words: str) -> Any:
        assert main(list(words)) == 0
        return json.loads(capsys.readouterr().out)

    def all_of_them() -> Documents:
        (tmp_path / "empty").mkdir()
        (tmp_path / "set").mkdir()
        (tmp_path / "set" / "modelkin.toml").write_text(SETTINGS)
        shown = [run("config", "show", str(tmp_path / each), "--format", "json") for each in ("empty", "set")]
        listed = [run("rules", *only, "--format", "json") for only in ((), ("--findings",), ("--licences",))]
        return {"configuration": shown, "rules": listed}

    return all_of_them


def test_each_schema_is_one_and_is_what_the_records_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "docs")
    made = runpy.run_path(str(ROOT / "docs" / "schemas.py"))
    assert sorted(made["SCHEMAS"]) == sorted(path.stem for path in FOLDER.iterdir()) == sorted(NAMES_OF)
    for name, schema in SCHEMAS.items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert (FOLDER / f"{name}.json").read_text("utf-8") == made["text_of"](name), "run `python docs/schemas.py`"
    assert len({schema["$id"] for schema in SCHEMAS.values()}) == len(SCHEMAS)


def complaints(name: str, found: list[Any]) -> list[str]:
    told = []
    for each in found:
        for error in VALID[name].iter_errors(each):
            inner = max(error.context or [error], key=lambda one: len(one.absolute_path))
            told.append(f"{'/'.join(map(str, inner.absolute_path))}: {inner.message[:300]}")
    return told


@pytest.mark.parametrize("name", [name for name in NAMES_OF if name not in ("rules", "configuration")])
def test_what_is_written_is_valid_hostile_or_not(name: str, documents: Documents) -> None:
    assert documents[name]
    assert not complaints(name, documents[name])


def test_what_commands_print_is_valid(printed: Callable[[], Documents]) -> None:
    for name, found in printed().items():
        assert not complaints(name, found)


# Every object with keys of its own, so that no key of a schema is one that nothing writes.


def keys_of(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from keys_of(each)


def keys_in_schema(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", ())
        schema = list(schema.values())
    for each in schema if isinstance(schema, list) else ():
        yield from keys_in_schema(each)


def test_no_schema_has_a_key_that_nothing_writes(documents: Documents, printed: Callable[[], Documents]) -> None:
    # An observation is the same in every form; most kinds of it have no drawings.
    observed = {key for each in documents["report"] for key in keys_of(each["evidence"])}
    for name, found in {**documents, **printed()}.items():
        assert set(keys_in_schema(SCHEMAS[name])) <= observed | set(keys_of(found)), name


def closed(schema: Any) -> Iterator[bool]:
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema.get("additionalProperties") is False
        schema = list(schema.values())
    for each in schema if isinstance(schema, list) else ():
        yield from closed(each)


def test_every_object_of_a_schema_is_closed() -> None:
    assert all(all(closed(schema)) for schema in SCHEMAS.values())


class Broken(NamedTuple):
    """A place in a document, and what stands there instead; nothing where the key is taken out."""

    place: tuple[Any, ...]
    value: Any = None
    is_gone: bool = False


# Whose keys are data, so that one less is as good.
FREE = (("figures",), ("copies",), ("dates",))
OTHERWISE: Mapping[type, Any] = {str: [1], int: "x", float: "x", bool: "x", list: "x", dict: "x", type(None): {"x": 1}}


def breakages(value: Any, place: tuple[Any, ...] = ()) -> Iterator[Broken]:
    """Every key taken out, every value of another type, every object with a key more."""
    if place:
        yield Broken(place, OTHERWISE[type(value)])
    if isinstance(value, dict):
        is_free = place[-1:] in FREE or place == ("findings",)
        for key, inner in value.items():
            if not is_free and key != "notebook":
                yield Broken((*place, key), is_gone=True)
            yield from breakages(inner, (*place, key))
        if not is_free:
            yield Broken((*place, "no such key"), 1)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from breakages(inner, (*place, number))


def is_refused(name: str, document: Any, broken: Broken) -> bool:
    *above, last = broken.place
    held = document
    for each in above:
        held = held[each]
    had = last in held if isinstance(held, dict) else True
    before = held[last] if had else None
    order = list(held.items()) if isinstance(held, dict) else None
    if broken.is_gone:
        del held[last]
    else:
        held[last] = broken.value
    refused = not VALID[name].is_valid(document)
    if had:
        held[last] = before
    else:
        del held[last]
    if order is not None:
        held.clear()
        held.update(order)
    return refused


MOST = 300


def share_refused(name: str, found: list[Any]) -> tuple[int, list[tuple[Any, ...]]]:
    """How many broken documents were tried, evenly over all places, and the places where one was taken."""
    all_of_them = [(each, broken) for each in found for broken in breakages(each)]
    chosen = all_of_them[:: 1 + len(all_of_them) // MOST]
    return len(chosen), [broken.place for each, broken in chosen if not is_refused(name, each, broken)]


def small(found: list[Any]) -> list[Any]:
    """Of each kind of document the shortest that says much: a check of a long one takes its time."""
    return sorted(found, key=lambda each: abs(len(json.dumps(each)) - 3_000))[:12]


def test_broken_documents_are_refused(documents: Documents, printed: Callable[[], Documents]) -> None:
    told = {}
    for name, found in {**documents, **printed()}.items():
        tried, taken = share_refused(name, small(found))
        assert tried >= 30, name
        told[name] = (tried, len(taken), taken[:5])
        assert len(taken) <= 0.01 * tried, told[name]
    assert sum(tried for tried, *_ in told.values()) > 1_500


def test_words_and_numbers_of_no_meaning_are_refused(documents: Documents) -> None:
    report = next(each for each in documents["report"] if each["findings"] and each["files"])
    for place, value in (
        (("schema",), "modelkin.report/1"),
        (("files", 0, "verdict"), "copied"),
        (("files", 0, "definitions", 0, "tokens"), -1),
        (("findings", 0, "level"), "fatal"),
        (("findings", 0, "first_line"), 1.5),
        (("summary", "by_level", "error"), True),
        (("scanned", "trust"), ""),
    ):
        assert is_refused("report", report, Broken(place, value)), place
        assert VALID["report"].is_valid(report)


def test_every_schema_is_in_the_page_on_formats() -> None:
    page = (ROOT / "docs" / "formats.md").read_text("utf-8")
    assert set(re.findall(r"\(schemas/([\w-]+)\.json\)", page)) == set(NAMES_OF)
