"""Every example of every finding, as a real folder that is really read and checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelkin.attribution.copies import Copy, read_copy
from modelkin.attribution.waiver_comments import read_waivers
from modelkin.attribution.waivers import apply_waivers
from modelkin.notices.notice import read_notice
from modelkin.pipeline import check
from modelkin.repository.declarations import read_declarations
from modelkin.results import FileVerdict, Finding, LicenceForm, UpstreamMatch, Verdict
from modelkin.rulebook.loader import finding_rules
from modelkin.rulebook.model import Example, ExampleUpstream, FindingRule
from modelkin.sources import open_source

LEAST_EXAMPLES = 2
EXAMPLES = [
    pytest.param(rule.id, example, expected, id=f"{rule.id}: {'reported' if expected else 'passed'}: {example.says}")
    for rule in finding_rules()
    for expected, examples in ((True, rule.reported), (False, rule.passed))
    for example in examples
]


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
    )


def copy_of(example: Example) -> Copy:
    """What a scan would know of the example's copy, had the corpus its upstream."""
    text = example.files[example.copy].encode()
    upstream, notice = upstream_match(example.upstream), read_notice(text)
    verdict = FileVerdict(
        example.copy, "", upstream.verdict, upstream.share, notice.licence, (upstream,), upstream, (), ()
    )
    return read_copy(verdict, notice, text)


def findings_of(example: Example, folder: Path) -> list[Finding]:
    for name, text in example.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    with open_source(str(folder)) as checkout:
        found = check([copy_of(example)], read_declarations(checkout)).findings
    read = [read_waivers(name, text.encode()) for name, text in example.files.items()]
    waivers = [waiver for each in read for waiver in each.waivers]
    return apply_waivers(found, waivers, bad=[bad for each in read for bad in each.bad])


@pytest.mark.parametrize(("rule", "example", "expected"), EXAMPLES)
def test_a_rule_reports_what_its_examples_say(rule: str, example: Example, expected: bool, tmp_path: Path) -> None:
    found = findings_of(example, tmp_path)
    reported = [finding for finding in found if finding.rule == rule]
    assert bool(reported) is expected, [(finding.rule, finding.message) for finding in found]
    for finding in reported:
        assert "{" not in finding.message + finding.remedy
        assert "  " not in finding.message + finding.remedy
        assert finding.region.path in example.files


@pytest.mark.parametrize("rule", finding_rules(), ids=lambda rule: rule.id)
def test_a_rule_has_examples_of_both_kinds(rule: FindingRule) -> None:
    assert len(rule.reported) >= LEAST_EXAMPLES
    assert len(rule.passed) >= LEAST_EXAMPLES
