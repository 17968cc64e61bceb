"""An audit gives each repository the report that its scan gives, and looks at no content twice."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from modelkin.api import audit, scan
from modelkin.attribution.known_findings import write_baseline
from modelkin.attribution.waivers import Waiver
from modelkin.audit.outcome import Audit, open_audit
from modelkin.errors import ModelkinError
from modelkin.results import Verdict
from modelkin.scan_steps import ScanOptions

from ..support.audit_cases import (
    OWN,
    README,
    RENAMED,
    REPOSITORIES,
    asked,
    comparable,
    contents,
    run,
    timeless,
    write_repositories,
)
from ..support.index_server import serving, wheel
from ..support.small_corpora import ATTENTION


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_repositories(tmp_path_factory.mktemp("repositories"))


@pytest.fixture(scope="module")
def audited(corpus: Path, place: Path, tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return run(place, tmp_path_factory.mktemp("journal") / "audit.jsonl", asked(corpus))


def test_each_report_is_that_of_a_scan(audited: Audit, corpus: Path, place: Path) -> None:
    scanned = {name: timeless(scan(str(place / name), ScanOptions(corpora=(corpus,)))) for name in REPOSITORIES}
    assert {name: timeless(audited.report(name)) for name in REPOSITORIES} == scanned


def notebook(*cells: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4})


WAIVER = Waiver("modelkin.toml", 3, ("licence-text-missing", "changes-not-stated"), "agreed upon", glob="*")
VARIED: dict[str, Mapping[str, str]] = REPOSITORIES | {
    "notebook": README | {"a.ipynb": notebook("%pip install lamp\n", RENAMED, "x = 1"), "broken.ipynb": "{"},
    "card": {
        "README.md": "---\nlicense: mit\nbase_model: meta-llama/Llama-2-7b\n---\n"
        "# Tuned\n<!-- modelkin: ignore[model-card-contradicts] agreed upon -->\n"
    },
    "asks": README
    | {
        "modelkin.toml": 'exclude = ["*"]\nmin-similarity = 0.9\n',
        "pyproject.toml": '[tool.modelkin]\ninclude = ["b.py"]\n',
        ".gitignore": "model.py\n",
        "model.py": f"# modelkin: ignore[changes-not-stated] agreed upon\n{RENAMED}",
    },
    "slow": README | {"a.py": ";~" * 30_000, "b.ipynb": "{", "c.py": RENAMED},
}
OPTIONS = {
    "none": ScanOptions(),
    "selected": ScanOptions(include=("*.py", "*.ipynb"), exclude=("elsewhere.py", "sub/")),
    "similar": ScanOptions(min_similarity=0.97),
    "without an upstream": ScanOptions(exclude_upstream=("lan*",)),
    "waived": ScanOptions(include=("*",), waivers=(WAIVER,)),
}


@pytest.mark.parametrize("asked_for", [*OPTIONS, "baseline"])
def test_the_same_options_give_each_repository_the_report_of_its_scan(
    asked_for: str, corpus: Path, tmp_path: Path
) -> None:
    place = write_repositories(tmp_path / "place", VARIED)
    for name in VARIED:
        (place / name / ".git").mkdir()
    options = replace(OPTIONS.get(asked_for, ScanOptions()), corpora=(corpus,), timeout=0.5)
    if asked_for == "baseline":
        options = replace(options, baseline=tmp_path / "known.json")
        write_baseline(
            tmp_path / "known.json", scan(str(place / "org/renamed"), replace(options, baseline=None)).findings
        )
    found = run(place, tmp_path / "audit.jsonl", replace(asked(corpus), scan=options))
    pairs = {name: (found.report(name), scan(str(place / name), options)) for name in found.names()}
    assert [
        name for name, (audited, scanned) in pairs.items() if replace(audited, seconds=scanned.seconds) != scanned
    ] == []
    assert len(pairs) + sum(bool(row.failed) for row in found.rows) == len(VARIED)
    told = [scanned for _, scanned in pairs.values()]
    assert all(
        any(getattr(report, field) for report in told) for field in ("files", "findings", "skipped", "not_obeyed")
    )
    assert any(report.hidden for report in told) == (asked_for in ("waived", "baseline"))


def test_reports_come_sorted_by_name(audited: Audit, place: Path) -> None:
    assert [report.root for report in audited.reports()] == [str(place / name) for name in sorted(REPOSITORIES)]


def test_each_content_is_examined_once_and_once_more_at_each_path_where_it_is_alike_with_an_upstream(
    audited: Audit,
) -> None:
    seen = Counter(content.identity for content in contents(audited))
    assert set(seen.values()) == {1}
    once = {each.identity.sha256: each for each in contents(audited) if each.identity.facts is None}
    again = [each for each in contents(audited) if each.identity.facts is not None]
    files = {(path, text) for files in REPOSITORIES.values() for path, text in files.items() if path.endswith(".py")}
    assert len(once) == len({text for _, text in files}) == audited.summary.contents
    digests = {(path, hashlib.sha256(text.encode()).hexdigest()) for path, text in files}
    alike = {(path, digest) for path, digest in digests if once[digest].needs_facts}
    assert {(each.identity.path, each.identity.sha256) for each in again} == alike
    assert len(again) == len(alike)
    assert [each.examined is None for each in again] == [False] * len(alike)
    assert all((each.examined is None) == each.needs_facts for each in once.values())


def test_the_summary_says_what_was_found_and_where_to_look(audited: Audit) -> None:
    summary = audited.summary
    reports = list(audited.reports())
    verdicts = Counter(file.verdict for report in reports for file in report.files)
    assert dict(summary.by_verdict) == {verdict: verdicts[verdict] for verdict in Verdict}
    levels = Counter(finding.level for report in reports for finding in report.findings)
    assert {level: count for level, count in summary.by_level.items() if count} == dict(levels)
    assert (summary.repositories, summary.failed, summary.files) == (5, 0, sum(len(report.files) for report in reports))
    copied = [(row.project, row.files, row.repositories) for row in summary.upstreams]
    assert copied == [("lantern", 6, 5), ("beacon", 1, 1)]
    rows = {row.name: row for row in audited.rows}
    urgencies = [tuple(rows[name].by_level.values())[:2] for name in summary.first]
    assert urgencies == sorted(urgencies, reverse=True)


def test_neither_workers_nor_order_change_the_answer(audited: Audit, corpus: Path, place: Path, tmp_path: Path) -> None:
    again = run(place, tmp_path / "audit.jsonl", asked(corpus, jobs=2))
    assert comparable(again) == comparable(audited)


@pytest.mark.parametrize("stop", [0.1, 0.5, 0.9])
def test_a_journal_cut_anywhere_is_gone_on_with_and_nothing_is_done_twice(
    stop: float, audited: Audit, corpus: Path, place: Path, tmp_path: Path
) -> None:
    whole = audited.path.read_bytes()
    part = whole[: int(len(whole) * stop)]
    path = tmp_path / "audit.jsonl"
    path.write_bytes(part)
    again = run(place, path, asked(corpus), resume=True)
    assert comparable(again) == comparable(audited)
    assert path.read_bytes().startswith(part[: part.rfind(b"\n") + 1])
    assert len(contents(again)) == len(contents(audited))


def test_going_on_with_a_whole_journal_changes_nothing(
    audited: Audit, corpus: Path, place: Path, tmp_path: Path
) -> None:
    path = tmp_path / "audit.jsonl"
    shutil.copy(audited.path, path)
    again = run(place, path, asked(corpus, jobs=7), resume=True)
    assert path.read_bytes() == audited.path.read_bytes()
    assert again.summary == audited.summary


def test_resuming_without_a_journal_begins_one(corpus: Path, tmp_path: Path) -> None:
    place = write_repositories(tmp_path / "place", {"a": {"own.py": OWN}})
    assert run(place, tmp_path / "audit.jsonl", asked(corpus), resume=True).summary.repositories == 1


def test_another_corpus_or_other_options_do_not_go_on_with_it(audited: Audit, corpus: Path, place: Path) -> None:
    before = audited.path.read_bytes()
    options = asked(corpus)
    stricter = replace(options, scan=replace(options.scan, min_similarity=0.5))
    with pytest.raises(ModelkinError, match=r"begun with min-similarity 0\.0, not 0\.5"):
        run(place, audited.path, stricter, resume=True)
    against = replace(options, scan=replace(options.scan, against=(str(place / "plain"),)))
    with pytest.raises(ModelkinError, match="begun with another corpus"):
        run(place, audited.path, against, resume=True)
    assert audited.path.read_bytes() == before


def test_a_source_compared_with_is_an_upstream_for_all(corpus: Path, tmp_path: Path) -> None:
    place = write_repositories(tmp_path / "place", {"a": {"own.py": OWN * 9}, "b": {"copy.py": ATTENTION}})
    upstream = write_repositories(tmp_path, {"ours": {"attention.py": ATTENTION}}) / "ours"
    options = ScanOptions(against=(str(upstream),), corpora=())
    found = audit(str(place), tmp_path / "audit.jsonl", replace(asked(corpus), scan=options))
    assert timeless(found.report("b")) == timeless(scan(str(place / "b"), options))
    assert found.report("b").files[0].verdict is Verdict.IDENTICAL


def test_a_list_may_name_folders_and_what_is_not_there(corpus: Path, place: Path, tmp_path: Path) -> None:
    sources = tmp_path / "sources.txt"
    sources.write_text(f"# two\n{place / 'plain'}\n{place / 'gone'}\ngit+nowhere\n{place / 'org/copy/model.py'}\n")
    found = run(sources, tmp_path / "audit.jsonl", asked(corpus))
    assert {row.name: row.failed for row in found.rows if row.failed} == {
        str(place / "gone"): f"{place / 'gone'}: no such file or folder",
        "git+nowhere": "git+nowhere is not a git repository's address: write git+https://HOST/PATH (or ssh, http, "
        "git, file), then @REVISION, then !PATH",
    }
    name = str(place / "org/copy/model.py")
    assert timeless(found.report(name)) == timeless(scan(name, ScanOptions(corpora=(corpus,))))
    with pytest.raises(ModelkinError, match="no such file"):
        found.report(str(place / "gone"))
    with pytest.raises(ModelkinError, match="no repository other in it"):
        found.report("other")


def test_the_same_content_of_an_older_release_has_a_verdict_of_its_own(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = tmp_path / "sources.txt"
    sources.write_text("pypi:lamp==1.0\npypi:lamp==2.0\npypi:lamp==3.0\n")
    with serving() as index:
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        monkeypatch.setenv("MODELKIN_CACHE_DIR", str(tmp_path / "cache"))
        for version, year in (("1.0", 2020), ("2.0", 2022), ("3.0", 2022)):
            content = wheel({f"lamp{year}/attention.py": ATTENTION.encode()})
            index.add(f"lamp-{version}-py3-none-any.whl", content, **{"upload-time": f"{year}-03-02T10:20:30Z"})
        found = run(sources, tmp_path / "audit.jsonl", asked(corpus))
        for name in found.names():
            assert timeless(found.report(name)) == timeless(scan(name, ScanOptions(corpora=(corpus,))))
    assert [report.files[0].verdict.value for report in found.reports()] == ["independent", "identical", "identical"]
    assert found.summary.contents == 1


def test_a_repository_without_python_is_named(corpus: Path, tmp_path: Path) -> None:
    place = write_repositories(tmp_path / "place", {"weights": {"data.csv": "1\n"}, "a": {"own.py": OWN}})
    (place / "weights/.git").mkdir()
    found = run(place, tmp_path / "audit.jsonl", asked(corpus))
    assert [(row.name, row.failed) for row in found.rows] == [
        ("a", ""),
        ("weights", "no Python file or notebook in it"),
    ]


def test_a_repository_of_words_alone_is_judged_by_what_it_says(corpus: Path, tmp_path: Path) -> None:
    card = "---\nlicense: mit\nbase_model: meta-llama/Llama-2-7b\n---\n# Tuned\n"
    place = write_repositories(tmp_path / "place", {"card": {"README.md": card}, "a": {"own.py": OWN}})
    (place / "card/.git").mkdir()
    found = run(place, tmp_path / "audit.jsonl", asked(corpus))
    assert timeless(found.report("card")) == timeless(scan(str(place / "card"), ScanOptions(corpora=(corpus,))))


def test_a_name_that_is_not_utf_8_is_kept_as_it_is(corpus: Path, tmp_path: Path) -> None:
    odd = os.fsdecode(b"a\xff\x1b[2J")
    place = write_repositories(tmp_path / "place", {odd: {f"{odd}.py": ATTENTION}, "b": {"b.py": OWN}})
    found = run(place, tmp_path / "audit.jsonl", asked(corpus))
    assert [file.path for file in found.report(odd).files] == [f"{odd}.py"]
    assert found.report(odd) == open_audit(found.path).report(odd)
    assert b"\x1b" not in found.path.read_bytes()
