"""Doubts whether a copy is of the upstream that it is like, or both are of a third that no corpus holds."""

from __future__ import annotations

from msgspec.structs import replace

from modelkin.attribution.copies import Copy
from modelkin.results import MODULE, DefinitionMatch, Direction, Innovations, Level, LicenceForm, UpstreamMatch, Verdict

from ..support.attributed import APACHE, BEACON, CODE, HEADLESS, LAMP, MIT, checked, copy_of, only, rules

PART = replace(LAMP, verdict=Verdict.MODIFIED, share=0.6, contained=0.3)
QUAY = replace(BEACON, project="quay", package="quay", url="https://github.com/quay/quay/blob/v1/q.py", share=0.6)
COVE = "https://github.com/cove/cove"


FACEBOOK = "# Copyright (c) Facebook, Inc. and its affiliates.\n"
CREDIT = "# Modified from https://github.com/facebookresearch/TideNeXt\n"


def naming(source: str) -> UpstreamMatch:
    return replace(LAMP, sources=(source,))


def test_two_files_that_name_the_same_source_are_siblings() -> None:
    both = checked(copy_of(naming("facebookresearch/TideNeXt"), text=FACEBOOK + CREDIT + CODE), LICENSE=MIT)
    assert {finding.level for finding in both.findings} == {Level.NOTE}
    assert "Both name facebookresearch/TideNeXt as their source" in both.findings[0].reason


def test_a_credit_alone_or_another_source_makes_no_siblings() -> None:
    cases = [
        (naming("other/HornTide"), FACEBOOK + CREDIT),
        (naming("facebookresearch/TideNeXt"), CREDIT),
        (naming("facebookresearch/TideNeXt"), FACEBOOK),
        (naming("facebookresearch/TideNeXt"), "# Copyright 2024 Harbour AI\n" + CREDIT),
    ]
    results = [checked(copy_of(upstream, text=header + CODE), LICENSE=MIT) for upstream, header in cases]
    assert not [found for found in results if all(each.level is not Level.ERROR for each in found.findings)]


def test_what_the_upstream_has_from_the_holder_of_the_licence_may_be_from_here() -> None:
    sources = ("https://github.com/harbourai/lantern/blob/main/nn.py",)
    upstream = replace(LAMP, copyrights=(), licence_form=LicenceForm.NONE, sources=sources)
    for licence, level in ((MIT, Level.NOTE), (MIT.replace("Harbour", "Quay"), Level.ERROR), ("", Level.ERROR)):
        found = only(checked(copy_of(upstream), files={"LICENSE": licence}), "licence-text-missing")
        assert found.level is level
    both = MIT.replace("Harbour AI", "Harbour AI\nCopyright (c) 2024 Quay")
    assert only(checked(copy_of(upstream), LICENSE=both), "licence-text-missing").level is Level.ERROR


def test_a_part_of_what_an_upstream_has_from_an_unknown_file_may_be_from_there() -> None:
    told = ("https://github.com/ada/far/blob/main/nn/model.py",)
    part = replace(LAMP, sources=told, contained=0.5, verdict=Verdict.MODIFIED)
    cases = {
        part: Level.WARNING,
        replace(part, sources=("https://github.com/ada/far",)): Level.ERROR,
        replace(part, sources=("https://github.com/example/lamp/blob/main/nn/model.py",)): Level.ERROR,
        replace(part, contained=0.95): Level.ERROR,
        replace(part, verdict=Verdict.RENAMED): Level.ERROR,
        replace(part, innovations=Innovations(held=8, added=10, kept_held=5, kept=10)): Level.ERROR,
    }
    for upstream, level in cases.items():
        assert only(checked(copy_of(upstream), LICENSE=MIT), "holder-removed").level is level
    said = copy_of(part, text=f"# Modified from {LAMP.url}\n{CODE}")
    assert only(checked(said, LICENSE=MIT), "holder-removed").level is Level.ERROR


def levels(copy: Copy, rule: str = "holder-removed", readme: str = "") -> tuple[Level, str]:
    found = only(checked(copy, files={"LICENSE": MIT, "README.md": readme}), rule)
    return found.level, found.reason


def test_less_than_half_of_what_an_upstream_has_from_an_unknown_project_may_be_from_there() -> None:
    cases = {
        replace(PART, sources=(COVE,)): Level.WARNING,
        replace(PART, sources=("cove/cove",)): Level.WARNING,
        replace(PART, sources=("covelib",)): Level.WARNING,
        replace(PART, sources=("Cove",)): Level.ERROR,  # mostly whose idea it was
        replace(PART, sources=("models",)): Level.ERROR,  # any project's
        replace(PART, sources=(COVE,), contained=0.6): Level.ERROR,
        replace(PART, sources=(COVE,), innovations=Innovations(held=8, added=10, kept_held=5, kept=10)): Level.ERROR,
        replace(PART, sources=("https://github.com/example/lamp",)): Level.ERROR,
    }
    assert {upstream: levels(copy_of(upstream))[0] for upstream in cases} == cases


def test_it_is_a_note_where_another_project_has_as_much_of_the_file() -> None:
    upstream = replace(PART, sources=(COVE,))
    level, reason = levels(copy_of(upstream, QUAY, origin=upstream))
    assert level is Level.NOTE
    assert f"lamp names {COVE} as its source, and quay has as much of the file: the file may be from there." in reason
    assert levels(copy_of(upstream, replace(QUAY, share=0.3), origin=upstream))[0] is Level.WARNING


def with_tokens(copy: Copy, tokens: int, *alike: UpstreamMatch) -> Copy:
    definition = DefinitionMatch(MODULE, 1, 9, Verdict.RENAMED, 1.0, tokens, 4, 4)
    return replace(copy, verdict=replace(copy.verdict, definitions=(definition,), alike=alike))


def test_a_helper_that_several_others_have_is_nobodys() -> None:
    """Whole or not: of a few lines the project that was indexed first need not be the one that wrote them."""
    others = [replace(BEACON, direction=Direction.LATER), replace(QUAY, share=0.9)]
    level, reason = levels(with_tokens(copy_of(LAMP), 60, *others))
    assert level is Level.NOTE
    assert "beacon and quay have this little code as well, and not from lamp" in reason
    ported = [replace(each, sources=("https://github.com/example/lamp",)) for each in others]
    for copy in (
        with_tokens(copy_of(LAMP), 600, *others),
        with_tokens(copy_of(LAMP), 60, *others[:1]),
        with_tokens(copy_of(LAMP), 60, *ported),
        with_tokens(copy_of(LAMP), 60, replace(QUAY, share=0.9), replace(QUAY, share=0.9, project="pier")),
    ):
        assert levels(copy)[0] is Level.ERROR


def test_whole_copies_may_be_of_what_several_others_name_as_their_source() -> None:
    lamp, quay = replace(LAMP, sources=(COVE,)), replace(QUAY, share=0.9, sources=("cove/cove",))
    level, reason = levels(with_tokens(copy_of(lamp), 600, quay))
    assert level is Level.NOTE
    assert f"lamp and others that have this code name {COVE} as their source" in reason
    assert levels(with_tokens(copy_of(lamp), 600, replace(quay, sources=())))[0] is Level.ERROR


def test_a_file_under_the_notice_of_the_upstreams_source_may_be_from_there() -> None:
    upstream = replace(PART, sources=("https://github.com/facebookresearch/tide",), contained=0.7)
    level, reason = levels(copy_of(upstream, text=FACEBOOK + CODE), "holder-replaced")
    assert level is Level.NOTE
    assert "and the file is under the notice of its holder" in reason
    assert levels(copy_of(upstream, text="# Copyright 2024 Quay\n" + CODE), "holder-replaced")[0] is Level.ERROR


PORT = replace(PART, path="lamp/token_tide2.py", copyrights=("Copyright 2022 Facebook AI and Lumen Labs",))
TIDE = "https://github.com/facebookresearch/tide-2"


def test_who_names_a_project_of_the_first_of_several_holders_may_have_it_from_there() -> None:
    header = f"# Adapted from {TIDE}\n{CODE}"
    level, reason = levels(copy_of(PORT, text=header))
    assert level is Level.NOTE
    assert "facebookresearch/tide-2 is named here, whose holder lamp names as well" in reason
    for upstream in (
        replace(PORT, contained=0.6),
        replace(PORT, copyrights=("Copyright 2022 Facebook AI",)),
        replace(PORT, copyrights=("Copyright 2022 Lumen Labs",)),
    ):
        assert levels(copy_of(upstream, text=header))[0] is not Level.NOTE


def test_so_may_a_readme_name_it_by_a_link_of_the_upstreams_name() -> None:
    assert levels(copy_of(PORT), readme=f"It wraps the [official code]({TIDE}).\n")[0] is Level.WARNING
    other = TIDE.replace("tide-2", "ebb")
    assert levels(copy_of(PORT), readme=f"It wraps the [official code]({other}).\n")[0] is Level.ERROR


def test_a_readme_that_names_what_known_projects_name_as_their_source_is_believed_of_parts() -> None:
    readme = f"# Harbour\n\nThis repository is based on [cove]({COVE}).\n"
    other = copy_of(replace(QUAY, sources=(COVE,)), path="other.py", text=f"# {QUAY.copyrights[0]}\n{CODE}")
    result = checked(copy_of(PART), other, LICENSE=APACHE, README__md=readme)
    found = only(result, "holder-removed")
    assert found.level is Level.NOTE
    assert "README.md says that this is from cove/cove, which quay names as a source, too" in found.reason
    assert "credit-names-another" not in rules(result)
    # Not where nothing known names it, nor of more than a part.
    assert levels(copy_of(PART), readme=readme)[0] is Level.ERROR
    most = checked(copy_of(replace(PART, contained=0.6)), other, LICENSE=APACHE, README__md=readme)
    assert only(most, "holder-removed").level is Level.ERROR


def test_a_credit_within_the_file_for_the_upstreams_source_counts() -> None:
    upstream = replace(HEADLESS, verdict=Verdict.MODIFIED, sources=(COVE,), contained=0.7, share=0.85)
    said = f'{CODE}\n\nclass Pier:\n    """Originally from {COVE}/blob/main/pier.py"""\n'
    assert levels(copy_of(upstream, text=said), "licence-text-missing")[0] is Level.WARNING
    assert levels(copy_of(upstream), "licence-text-missing")[0] is Level.ERROR


def test_who_has_the_licence_here_may_be_who_the_port_names_first() -> None:
    port = replace(PART, copyrights=("Copyright 2022 Lumen Labs", "Copyright (c) 2021 Harbour AI"))
    level, reason = levels(copy_of(port))
    assert level is Level.NOTE
    assert "The LICENSE here is by a holder whom lamp names beside another" in reason
    assert levels(copy_of(replace(port, contained=0.6)))[0] is Level.ERROR
    assert levels(copy_of(replace(port, copyrights=port.copyrights[:1])))[0] is Level.ERROR


def test_of_an_upstream_that_names_nobody_another_port_tells() -> None:
    bare = replace(HEADLESS, verdict=Verdict.MODIFIED, share=0.85, contained=0.3)
    port = replace(QUAY, copyrights=("Copyright 2022 Quay", "Copyright (c) 2021 Harbour AI"))
    other = copy_of(port, path="other.py", text="".join(f"# {each}\n" for each in port.copyrights) + CODE)
    for beside, level in (((other,), Level.NOTE), ((), Level.ERROR)):
        found = checked(copy_of(bare), *beside, LICENSE=MIT).findings
        assert {each.level for each in found if each.rule == "licence-text-missing"} == {level}
