"""What is said of a notebook is said of its cells to people, and of the lines of its file to programs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from modelkin.cli import main

from ..support.repositories import APACHE, written
from ..support.small_corpora import ATTENTION, Upstream, corpus_of

CREDIT = "# Adapted from https://github.com/beacon/beacon"
FIRST = "import torch"
SETUP = "%matplotlib inline\nprint('Größe')\n"
CLASS = ATTENTION[ATTENTION.index("class Window") :].rstrip("\n")
EDITED = CLASS.replace("dropout(scores", "dropout(2 * scores").replace("keys) *", "keys) * 3 *")
RULE = "credit-names-another"
# The third code cell is the sixth of all; the class is on its line 5.
PLACE, FORWARD = "cell 6, line 3", 5 + CLASS[: CLASS.index("    def forward")].count("\n")


def cell(kind: str, source: str | list[str]) -> dict[str, Any]:
    outputs = {"execution_count": 1, "outputs": [{"output_type": "stream", "text": [f"{CREDIT}\n"]}]}
    return {"cell_type": kind, "metadata": {}, **(outputs if kind == "code" else {}), "source": source}


def notebook(third: str, as_source: Callable[[str], Any]) -> dict[str, Any]:
    """``third`` is the third code cell, after text that says the same."""
    kinds = ("markdown", "code", "markdown", "code", "markdown", "code")
    sources = ("# Attention", FIRST, f"{CREDIT}\n\nwords", SETUP, CREDIT, third)
    cells = [cell(kind, as_source(source)) for kind, source in zip(kinds, sources, strict=True)]
    return {"cells": cells, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}


def old(data: dict[str, Any]) -> dict[str, Any]:
    """In the shape of format 3."""
    for each in data["cells"]:
        each["input" if each["cell_type"] == "code" else "text"] = each.pop("source")
    sheets = [{"cells": data["cells"][:3], "metadata": {}}, {"cells": data["cells"][3:], "metadata": {}}]
    return {"metadata": {}, "nbformat": 3, "worksheets": sheets}


def lined(source: str) -> list[str]:
    return source.splitlines(keepends=True)


def layouts(comment: str = "", body: str = CLASS) -> Iterator[tuple[str, bytes]]:
    """One notebook as it may be stored; ``comment`` stands on the line of the credit."""
    third = f"\n\n{CREDIT}{comment}\n\n{body}"
    usual, single = (json.dumps(notebook(third, each), indent=1) + "\n" for each in (lined, str))
    yield "usual", usual.encode()
    yield "one string a source", single.encode()
    yield "minified", json.dumps(notebook(third, lined)).encode()
    yield "format 3", json.dumps(old(notebook(third, lined)), indent=2).encode()
    yield "CR LF, UTF-16", usual.replace("\n", "\r\n").encode("utf-16")
    yield (
        "byte order mark, not escaped",
        b"\xef\xbb\xbf" + json.dumps(notebook(third, lined), indent=4, ensure_ascii=False).encode(),
    )


def line_of_file(stored: bytes, line: int) -> str:
    encoding = "utf-16" if stored[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return stored.decode(encoding).replace("\r\n", "\n").split("\n")[line - 1]


def is_credits_own(stored: bytes, line: int) -> bool:
    """Whether the credit's line of code stands on a line of the file; no text and no output does, as laid out here."""
    text = line_of_file(stored, line)
    return CREDIT in text and (text.count(CREDIT) > 1 or text.strip().startswith(('"# Adapted', '"source"')))


Rendered = Callable[[str], str]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    corpus_of(Upstream()).save(tmp_path / "small.safetensors")
    return tmp_path / "small.safetensors"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    main([*arguments, "--fail-on", "never"])
    return capsys.readouterr().out


@pytest.fixture(params=["scan", "compare", "report"])
def command(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def reported(
    tmp_path: Path, corpus: Path, capsys: pytest.CaptureFixture[str], command: str
) -> Callable[[bytes], Rendered]:
    """What each format says of a notebook, by one of the ways to a report."""

    def of(stored: bytes) -> Rendered:
        written(tmp_path / "place/one", {"demo.ipynb": stored, "LICENSE": APACHE, "README.md": "# Demo\n"})
        written(tmp_path / "lantern", {"lantern/attention.py": ATTENTION})
        place, journal = str(tmp_path / "place/one"), str(tmp_path / "journal.jsonl")
        if command == "report":
            Path(journal).unlink(missing_ok=True)
            run(capsys, "audit", str(tmp_path / "place"), "--corpus", str(corpus), "--journal", journal, "--jobs", "1")
        words = {
            "scan": ("scan", place, "-v", "--corpus", str(corpus)),
            "compare": ("compare", place, str(tmp_path / "lantern")),
            "report": ("report", journal, "-v", "--repository", "one"),
        }[command]
        return lambda form: run(capsys, *words, "--format", form)

    return of


def test_people_are_told_the_cell_and_its_line(reported: Callable[[bytes], Rendered]) -> None:
    failures = []
    for name, stored in layouts(body=EDITED):
        rendered = reported(stored)
        for form, place in (
            ("text", f": {PLACE}: This credit"),
            ("text", f"cell 6, lines {FORWARD}-"),
            ("markdown", f"`demo.ipynb, {PLACE}`: This credit"),
            ("html", f", {PLACE}: This credit"),
            ("html", f"cell 6, lines {FORWARD}-"),
        ):
            if place not in rendered(form):
                failures.append((name, form, place))
    assert not failures


def test_programs_are_told_the_line_of_the_file(reported: Callable[[bytes], Rendered]) -> None:
    failures = []
    for name, stored in layouts():
        rendered = reported(stored)
        (run_,) = json.loads(rendered("sarif"))["runs"]
        (region,) = (
            each["locations"][0]["physicalLocation"]["region"] for each in run_["results"] if each["ruleId"] == RULE
        )
        annotation = re.search(rf"line=(\d+),endLine=(\d+),title={RULE}::", rendered("github"))
        text = re.search(rf"^demo\.ipynb:(\d+): \w+: {PLACE}: This credit", rendered("text"), re.M)
        concise = re.search(
            rf"^demo\.ipynb:(\d+): (?:warning|note) {RULE} {PLACE}: This credit", rendered("concise"), re.M
        )
        assert annotation
        assert concise, rendered("concise")
        assert text
        told = (*annotation.groups(), concise[1], text[1])
        lines = [region["startLine"], region["endLine"], *map(int, told)]
        failures += [(name, line) for line in lines if not is_credits_own(stored, line)]
    assert not failures


def test_json_has_both_beside_the_lines_of_the_joined_code(reported: Callable[[bytes], Rendered]) -> None:
    failures = []
    for name, stored in layouts():
        report = json.loads(reported(stored)("json"))
        (finding,) = (each for each in report["findings"] if each["rule"] == RULE)
        (attention,) = (each for each in report["files"][0]["definitions"] if each["qualname"] == "WindowAttention")
        places = [finding["notebook"][end] for end in ("first", "last")]
        if [(each["cell"], each["line"]) for each in places] != [(6, 3)] * 2:
            failures.append((name, places))
        failures += [(name, each) for each in places if not is_credits_own(stored, each["file_line"])]
        first = attention["notebook"]["first"]
        if (first["cell"], first["line"]) != (6, 5) or "class WindowAttention" not in line_of_file(
            stored, first["file_line"]
        ):
            failures.append((name, first))
        # As before there were cells in reports: line 1 is the import, 2 to 4 are of the second cell.
        assert (finding["first_line"], finding["last_line"], attention["first_line"]) == (7, 7, 9)
    assert not failures


def test_the_bill_of_materials_points_into_the_file(reported: Callable[[bytes], Rendered]) -> None:
    pytest.importorskip("cyclonedx")
    for name, stored in layouts():
        (component,) = json.loads(reported(stored)("cyclonedx"))["components"]
        for each in component["evidence"]["occurrences"]:
            word = {"(module)": "import torch"}.get(each["symbol"], f" {each['symbol'].rpartition('.')[2]}(")
            assert word in line_of_file(stored, each["line"]), (name, each)


@pytest.mark.parametrize("command", ["scan"])
def test_a_waiver_in_a_cell_waives_what_is_said_of_its_line(
    reported: Callable[[bytes], Rendered],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    corpus: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    waiver = (
        f"  # modelkin: ignore[{RULE}] asked them\n# modelkin: ignore[relicensed]\n# modelkin: ignore[relicensed] x"
    )
    for _, stored in layouts(waiver):
        reported(stored)
        with monkeypatch.context() as patch:
            patch.chdir(tmp_path / "place/one")
            words = ("scan", ".", "--corpus", str(corpus), "--format")
            report = json.loads(run(capsys, *words, "json"))
            html = run(capsys, *words, "html")
        found = {each["rule"]: each for each in report["findings"]}
        assert found[RULE]["suppression"]["reason"] == "asked them"
        assert found[RULE]["suppression"]["line"] == 7
        assert found[RULE]["suppression"]["notebook"]["first"] == found[RULE]["notebook"]["first"]
        assert f"demo.ipynb</code>, {PLACE})" in html
        assert found["bad-waiver"]["message"].startswith("The waiver at demo.ipynb, cell 6, line 4 has no effect")
        assert "demo.ipynb, cell 6, line 5" in found["unused-waiver"]["message"]


@pytest.mark.parametrize("command", ["scan"])
def test_sentences_name_cells_as_well(
    reported: Callable[[bytes], Rendered], tmp_path: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, stored in layouts(body=EDITED):
        duties = json.loads(reported(stored)("json"))["attributions"][0]["duties"]
        assert any(each["where"].startswith(f"{PLACE}: Adapted from") for each in duties), (name, duties)
    reported(dict(layouts())["format 3"])
    left = run(capsys, "attribute", str(tmp_path / "place/one"), "--corpus", str(corpus), "--offline")
    assert "left to do: demo.ipynb, cell 2, line 1: note licence-header-removed: " in left


@pytest.mark.parametrize("command", ["compare"])
def test_a_copy_stands_beside_its_upstream_by_cell_and_line(reported: Callable[[bytes], Rendered]) -> None:
    stored = dict(layouts())["minified"]
    page = re.sub(r"</?i\b[^>]*>", "", reported(stored)("html"))  # without the colours of Python
    assert "demo.ipynb (cell:line)</th>" in page
    assert '<td data-n="6:5">class WindowAttention' in page
    assert '<td data-n="2:1">import torch</td><td>=</td><td data-n="4">import torch</td>' in page


def test_of_an_upstream_notebook_no_line_of_its_file_is_claimed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stored = dict(layouts())["usual"]
    written(tmp_path, {"copy/a.py": EDITED + "\n", "original/demo.ipynb": stored})
    words = ("compare", str(tmp_path / "copy"), str(tmp_path / "original"), "--format")
    assert re.search(r"lines \d+-\d+ ← lines \d+-\d+ of its joined code", run(capsys, *words, "text"))
    for result in json.loads(run(capsys, *words, "sarif"))["runs"][0]["results"]:
        for related in result.get("relatedLocations", ()):
            assert "region" not in related["physicalLocation"]
