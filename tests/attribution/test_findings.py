"""Every example of every finding, as a real folder that is really read and checked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from modelkin.attribution.copies import AllFiles, Copy, StatedLicence, read_copy
from modelkin.attribution.findings import quoted
from modelkin.attribution.waiver_comments import read_waivers
from modelkin.attribution.waivers import apply_waivers
from modelkin.dating.dates import SourceFacts
from modelkin.models.model import ModelFacts
from modelkin.models.model_reading import read_model
from modelkin.notices.notice import read_notice
from modelkin.repository.declarations import read_declarations
from modelkin.results import (
    Direction,
    FileDate,
    FileVerdict,
    Finding,
    Ground,
    KnownNative,
    LicenceForm,
    UnreadKind,
    UpstreamMatch,
    Verdict,
)
from modelkin.rulebook.loader import finding_rules
from modelkin.rulebook.model import Example, ExampleUpstream, FindingRule
from modelkin.scan_steps import ScanOptions, check, model_origins
from modelkin.sources import open_source
from modelkin.sources.checkout import Entry
from modelkin.sources.unscanned_code import UnreadCode

LEAST_EXAMPLES = 2


class Known(NamedTuple):
    """In place of a corpus: the models that it knows."""

    models: list[ModelFacts]


def upstream_match(given: ExampleUpstream) -> UpstreamMatch:
    return UpstreamMatch(
        project=given.project,
        path=given.path,
        first_release=given.release,
        last_release=given.release,
        released="2022-03-01",
        share=given.share,
        licence=given.licence,
        copyrights=given.copyrights,
        url=given.url,
        verdict=Verdict(given.verdict),
        licence_form=LicenceForm(given.licence_form),
        licence_copyrights=given.licence_copyrights,
        has_notice_file=given.has_notice_file,
        parts=given.parts,
        direction=Direction(given.direction),
        recent_lines=given.recent_lines,
    )


def copy_of(example: Example) -> Copy:
    """What a scan would know of the example's copy, had the corpus its upstream."""
    text = example.files[example.copy].encode()
    upstream, notice = upstream_match(example.upstream), read_notice(text)
    if upstream.direction is Direction.LATER:
        verdict = FileVerdict(example.copy, "", Verdict.INDEPENDENT, 0.0, notice.licence, (), None, (), ())
        later = replace(verdict, later=(upstream,), direction=upstream.direction, direction_by=Ground.COMMIT)
        return read_copy(replace(later, claim=example.upstream.claim), notice, text)
    verdict = FileVerdict(
        example.copy, "", upstream.verdict, upstream.share, notice.licence, (upstream,), upstream, (), ()
    )
    return read_copy(verdict, notice, text)


def others_in(example: Example) -> AllFiles:
    """What the headers of the Python files state, and what else is code."""
    files, native, upstream = example.files, example.native, example.upstream
    notices = {path: read_notice(text.encode()) for path, text in files.items() if path.endswith(".py")}
    unread = UnreadCode()
    for path, text in files.items():
        if path not in notices:
            unread.see(Entry(path, len(text), text.encode))
    known = tuple(KnownNative(path, upstream_match(upstream)) for path in native)
    found = (replace(each, known=known) if each.kind is UnreadKind.NATIVE else each for each in unread.found())
    stated = (StatedLicence(path, each.licence, each.last_line) for path, each in notices.items() if each.licence)
    return AllFiles(tuple(stated), tuple(found))


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


def facts_of_models(example: Example, folder: Path) -> Iterator[ModelFacts]:
    """What a corpus would know of the example's models."""
    for each in example.models:
        with open_source(str(written(folder / each.name, each.files))) as checkout:
            read = read_model(checkout, each.name)
        assert read
        yield replace(read.facts, licence=each.licence, date=each.date)


def findings_of(example: Example, folder: Path) -> list[Finding]:
    written(folder, example.files)
    known = list(facts_of_models(example, folder.parent / f"{folder.name}-known"))
    with open_source(str(folder)) as checkout:
        declarations = read_declarations(checkout)
        source = SourceFacts(lambda _: FileDate(), declarations.names)
        corpora = [Known(known)]
        model = model_origins(checkout, declarations, source, lambda: corpora, ScanOptions()) if known else None
    copies = [] if known else [copy_of(example)]
    found = check(copies, declarations, others=replace(others_in(example), model=model)).findings
    read = [read_waivers(name, text.encode()) for name, text in example.files.items()]
    waivers = [waiver for each in read for waiver in each.waivers]
    return apply_waivers(found, waivers, bad=[bad for each in read for bad in each.bad])


@pytest.mark.parametrize("rule", finding_rules(), ids=lambda rule: rule.id)
def test_a_rule_reports_what_its_examples_say(rule: FindingRule, tmp_path: Path) -> None:
    failures = []
    for number, (example, expected) in enumerate(examples(rule)):
        found = findings_of(example, tmp_path / str(number))
        reported = [finding for finding in found if finding.rule == rule.id]
        if bool(reported) is not expected or not all(is_whole(finding, example) for finding in reported):
            failures.append((example.says, [(finding.rule, finding.message, finding.remedy) for finding in found]))
    assert not failures


def examples(rule: FindingRule) -> list[tuple[Example, bool]]:
    """Each example of a rule, and whether the rule reports it."""
    return [*((example, True) for example in rule.reported), *((example, False) for example in rule.passed)]


def is_whole(finding: Finding, example: Example) -> bool:
    """Whether its sentences are filled in and it points at a file of the example."""
    sentences = finding.message + finding.remedy
    return "{" not in sentences and "  " not in sentences and finding.region.path in example.files


def test_each_rule_has_examples_of_both_kinds() -> None:
    assert not [rule.id for rule in finding_rules() if min(len(rule.reported), len(rule.passed)) < LEAST_EXAMPLES]


def test_a_message_quotes_a_few_lines_whole_and_of_many_the_first() -> None:
    assert quoted(["(c) 2016-     Lumen, Inc\t(Ada Beacon)"]) == '"(c) 2016- Lumen, Inc (Ada Beacon)"'
    assert quoted(["a"] * 6).count('"a"') == 6
    assert quoted(["a"] * 7) == '"a"; "a"; "a" and 4 more lines'
