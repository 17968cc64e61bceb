"""A whole upstream in a longer file is a copy of it, whatever else the file holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelkin import ScanOptions, scan
from modelkin.corpus.histories import path_histories
from modelkin.corpus.indexing import index_text
from modelkin.corpus.union import CorpusUnion
from modelkin.fingerprints.statement_cache import StatementCache
from modelkin.fingerprints.winnowing import winnow
from modelkin.matching.candidates import Candidate
from modelkin.matching.comparison import LEAST_SOLID, PARTS_EVIDENCE, compare_candidate
from modelkin.matching.query import make_query
from modelkin.matching.works import with_further
from modelkin.results import Report, Verdict

from ..support.sequences import normalised
from ..support.small_corpora import ATTENTION, ROTARY, SCHEDULE, Upstream, corpus_of

APACHE = "Licensed under the Apache License, Version 2.0\n"
HEADER, BODY = ATTENTION[: ATTENTION.index('"""')], ATTENTION.partition("import torch\n")[2]
COPY = "import torch\n" + BODY.replace("WindowAttention", "Focus").replace("heads", "lanes")
TABLE = "TABLE = [\n" + "".join(f"    ({number}, {number * 7 % 13}, 0.{number}),\n" for number in range(1500)) + "]\n"
ONE_LINERS = "".join(f"def step_{number}(value): return value + {number}\n" for number in range(1500))


def scanned(folder: Path, text: str) -> Report:
    lantern = Upstream(files={"lantern/attention.py": ATTENTION}, licence="Apache-2.0")
    beacon = Upstream("beacon", files={"beacon/schedule.py": SCHEDULE}, licence="BSD-3-Clause")
    harbour = Upstream("harbour", files={"harbour/rotary.py": ROTARY}, licence="MIT")
    short = Upstream(
        "short", files={"short/log.py": "def log(x):\n    return x\n\n\ndef ends(x, y):\n    return y[0], x\n"}
    )
    corpus_of(lantern, beacon, harbour, short).save(folder / "small.safetensors")
    code = folder / "code"
    code.mkdir()
    (code / "LICENSE").write_text(APACHE)
    (code / "file.py").write_text(text)
    return scan(str(code), ScanOptions(corpora=(folder / "small.safetensors",), as_of="2024-01-01"))


def told(report: Report) -> set[tuple[str, str, str]]:
    return {(each.rule, each.level.value, each.upstream) for each in report.findings}


@pytest.mark.parametrize(
    "longer",
    [f"{COPY}\n\n{TABLE}", f"{TABLE}\n\n{COPY}", f"{COPY}\n\n{ONE_LINERS}", f"{ONE_LINERS}\n\n{COPY}\n\n{TABLE}"],
    ids=["table after", "table before", "one-liners", "both"],
)
def test_what_else_is_in_the_file_changes_no_finding(tmp_path: Path, longer: str) -> None:
    (tmp_path / "plain").mkdir()
    plain, report = scanned(tmp_path / "plain", COPY), scanned(tmp_path, longer)
    (file,) = report.files
    assert plain.findings
    # That the file was changed is new, and true.
    assert told(plain) <= told(report)
    assert file.verdict is Verdict.MODIFIED
    assert file.similarity < 0.2
    assert file.contained == 1.0
    assert file.upstreams[0].contained == 1.0


def test_each_of_several_upstreams_is_named_and_asked_for(tmp_path: Path) -> None:
    report = scanned(tmp_path, f"{COPY}\n\n{SCHEDULE.replace('Warmup', 'Slow')}\n\n{ROTARY}\n\n{TABLE}")
    assert {each.project for each in report.files[0].upstreams} == {"lantern", "beacon", "harbour"}
    assert {each.upstream.project for each in report.attributions} == {"lantern", "beacon", "harbour"}


def test_a_finding_is_at_the_work(tmp_path: Path) -> None:
    report = scanned(tmp_path, f"{TABLE}\n\n{COPY}")
    removed = next(each for each in report.findings if each.rule == "holder-removed")
    assert removed.region.first_line > TABLE.count("\n")
    assert removed.message.startswith("This file is in part a copy of lantern 1.0 lantern/attention.py")


def test_a_header_that_came_along_counts_where_it_stands(tmp_path: Path) -> None:
    own = "def measure(rows):\n    return [row.width for row in rows]\n"
    report = scanned(tmp_path, f"{own}\n\n{HEADER}{COPY}\n\n{TABLE}")
    assert report.files[0].verdict is Verdict.MODIFIED
    assert not {each.rule for each in report.findings} & {"holder-removed", "licence-header-removed"}


def test_a_few_lines_are_no_whole_copy(tmp_path: Path) -> None:
    report = scanned(tmp_path, f"{TABLE}\n\ndef log(x):\n    return x\n\n\ndef ends(x, y):\n    return y[0], x\n")
    assert report.files[0].verdict is Verdict.INDEPENDENT


def test_a_plain_copy_holds_all_of_its_upstream(tmp_path: Path) -> None:
    (file,) = scanned(tmp_path, COPY).files
    assert (file.verdict, file.contained, file.similarity) == (Verdict.RENAMED, 1.0, 1.0)


def test_what_can_be_no_part_is_not_looked_up() -> None:
    text = "".join(f"def step_{number}(): return -7.{number}\n" for number in range(99))
    cache, corpus = StatementCache(), index_text(text.encode())
    code = normalised(text, cache)
    query, histories = make_query(code, winnow(code), cache.names.hashes), path_histories(CorpusUnion.of([corpus]))
    candidate = Candidate(histories, *next(histories.union.single_files()), 1.0)
    kept = [compare_candidate(query, cache.names.spelled, candidate, query.idf_weights(histories.union))]
    assert int(query.definition_tokens[1:].max()) < LEAST_SOLID
    assert kept[0].evidence > PARTS_EVIDENCE
    assert with_further(query, kept, lambda *_: pytest.fail("it is looked up")) == kept
