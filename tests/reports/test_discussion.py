"""The text for a discussion: facts, remedies, how to answer; nothing scanned is markup in it, and nobody is accused."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from markdown_it import MarkdownIt
from msgspec.structs import replace

from modelkin.cli import main
from modelkin.fixes.model import Edit, Plan, Undone
from modelkin.reports import discussion, markdown
from modelkin.reports.markdown import MOST_CHARACTERS

from ..support.attribute_runs import AS_OF, corpus_under, with_copy
from ..support.example_reports import EMPTY, FINDING, REPORT
from ..support.hostile_reports import HOSTILE, HOSTILE_REPORT, PATH
from ..support.hub_server import HubRepository, serving
from ..support.report_syntax import check_markdown, check_no_commands, check_visible
from ..support.small_corpora import ATTENTION
from ..test_packaging import ACCUSING

EDIT = Edit(
    "README.md", b"# Harbour\r\n", b"---\r\nlicense: mit\r\n---\r\n\r\n# Harbour\r\n", "license (LICENSE is MIT)"
)
LICENCE = Edit("LICENSES/MIT.txt", None, b"MIT\n" * 200, "the text of MIT")
PLAN = Plan((EDIT, LICENCE), (Undone("README.md", "base_model: write which it is"),))
SECTIONS = ["What was found", "What would complete it", "The changes, as far as they are known", "What is not known"]


def test_the_text_is_the_golden_one(golden: Callable[[str, str], None]) -> None:
    golden("report.discussion.md", discussion.render(REPORT, PLAN))


def test_it_has_facts_remedies_the_diff_and_how_to_answer_in_this_order() -> None:
    told = discussion.render(REPORT, PLAN)
    headings = re.findall(r"^#### (.*)$", told, re.MULTILINE)
    assert headings == [*SECTIONS, "How to answer"]
    assert (
        "```diff\n--- a/README.md\n+++ b/README.md\n@@ -1 +1,5 @@\n+---\n+license: mit\n+---\n+\n # Harbour\n```"
        in told
    )
    assert "`LICENSES/MIT.txt`: the text of MIT, in full" in told
    assert told.count("MIT\n") < 3
    assert "docs/answering.md" in told
    assert "add the upstream's header" in told


def test_where_nothing_is_found_it_says_so_and_still_how_to_answer() -> None:
    told = discussion.render(EMPTY, Plan((), ()))
    assert "Nothing in it is known from elsewhere." in told
    assert "Nothing that the terms ask for was found to be missing." in told
    assert "#### How to answer" in told


def test_without_a_source_at_hand_it_names_the_command_that_shows_the_changes() -> None:
    assert "`modelkin attribute --card --dry-run` shows" in discussion.render(REPORT)
    assert "--dry-run` shows" not in discussion.render(REPORT, PLAN)


def test_it_accuses_nobody() -> None:
    assert not ACCUSING.search(discussion.render(REPORT, PLAN))


def test_nothing_scanned_is_markup() -> None:
    fence = "x\n```\n# out\n````\n::error::x\n##[group]\n \x1b[31m\u202e\r\n"
    plan = Plan(
        (Edit(PATH, b"::error::\n```\n", f"::error::\n```\n{fence}@all <b>".encode(), HOSTILE),),
        (Undone(PATH, HOSTILE),),
    )
    told = discussion.render(HOSTILE_REPORT, plan)
    check_visible(told)
    check_no_commands(told)
    tokens = MarkdownIt("commonmark").parse(told)
    blocks = [token for token in tokens if token.type == "fence"]
    assert [block.info for block in blocks] == ["diff"]
    assert "# out" in blocks[0].content
    inline = [inner.type for token in tokens for inner in token.children or ()]
    assert not {"link_open", "image", "html_inline", "html_block"}.intersection(inline, (each.type for each in tokens))
    outside = re.sub(r"^(`{3,})diff\n.*?^\1$", "", told, flags=re.MULTILINE | re.DOTALL)
    check_markdown(outside)


def test_nobody_is_called_and_nothing_linked_by_what_is_posted() -> None:
    """Sites look for these in the text that they show, where no backslash stands any more."""
    for words in ("@all", "see @org/team", "(@_x)", "#12", "org/name#12", "GH-12", "gh-12", "!34", "group/x!34", "&5"):
        told = markdown.text(f"a {words} b")
        check_markdown(told)
        shown = "".join(each.content for token in MarkdownIt().parse(told) for each in token.children or ())
        assert shown.replace("\u200b", "") == f"a {words} b"
        assert re.search("[@#!&-]\u200b", shown), words
    for words in ("me@example.org", "C# 1", "a-1", "git+https://example.org/a@v1", "100%"):
        assert "&#8203;" not in markdown.text(words), words


def test_it_is_short_enough_and_says_what_is_left_out() -> None:
    long = Edit("README.md", b"", b"x\n" * 100_000, "much")
    told = discussion.render(replace(REPORT, findings=(FINDING,) * 3_000), Plan((long,) * 40, ()))
    assert len(told) < MOST_CHARACTERS + 2_000
    assert re.search(r"\d+ more left out for length", told)
    assert "#### How to answer" in told
    told = discussion.render(REPORT, Plan((long,) * 21, ()))
    assert "more of this diff" in told


def test_of_a_repository_of_the_hub_the_card_is_shown_as_it_is_to_be(tmp_path: Path) -> None:
    card, adapter = b"---\r\nlanguage: en\r\n---\r\n# Harbour\r\n", b'{"base_model_name_or_path": "lantern/lamp-7b"}'
    for config, relation in ((b"", "adapter"), (b"{}", "")):
        files = {"README.md": card, "adapter_config.json": adapter} | ({"config.json": config} if config else {})
        with serving({"ORG/NAME": HubRepository(files)}) as server:
            around = {**os.environ, "HF_ENDPOINT": server.url, "HF_HOME": str(tmp_path / f"hub{relation}")}
            words = [sys.executable, "-m", "modelkin", "scan", "hf:ORG/NAME", "--format", "discussion"]
            done = subprocess.run(words, env=around, capture_output=True, text=True, timeout=200, check=False)
        assert done.returncode == 0, done.stderr
        assert ("+base_model: lantern/lamp-7b\n" in done.stdout) is bool(relation)
        assert ("+base_model_relation: adapter\n" in done.stdout) is bool(relation)


def test_a_scan_shows_the_diffs_of_notices_and_card(tmp_path: Path) -> None:
    root = with_copy(tmp_path / "repository")
    (root / "README.md").write_text("# Focus\n")
    (root / "config.json").write_text('{"_name_or_path": "lumenlabs/lamp-7b"}')
    corpus = corpus_under("Apache-2.0", ATTENTION, tmp_path)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    output = tmp_path / "told.md"
    common = ["--corpus", str(corpus), "--as-of", AS_OF, "--format", f"discussion={output}"]
    assert main(["scan", str(root), *common]) == 1
    told = output.read_text()
    assert "+license: mit\n+base_model: lumenlabs/lamp-7b\n" in told
    assert "+# Copyright 2020 The Lantern Authors. All rights reserved.\n" in told
    assert "put the text of Apache\\-2\\.0 there" in told
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
