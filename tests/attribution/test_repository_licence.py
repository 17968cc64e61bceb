"""The licence a copy is passed on under, against the upstream's."""

from __future__ import annotations

from msgspec.structs import replace

from modelkin.attribution.copies import CheckResult
from modelkin.results import Level, UpstreamMatch, Verdict

from ..support.attributed import APACHE, CODE, HEADLESS, LAMP, LAMP_HEADER, MIT, checked, copy_of, only, rules


def under(licence: str) -> UpstreamMatch:
    return replace(LAMP, licence=licence)


def project(licence: str) -> str:
    return f'[project]\nname = "harbour"\nlicense = "{licence}"\n'


def combined(upstream: str, whole: str) -> CheckResult:
    """A copy of what is under ``upstream``, header kept, in a project under ``whole``."""
    return checked(copy_of(under(upstream), text=LAMP_HEADER + CODE), pyproject__toml=project(whole))


def test_a_stripped_file_under_another_licence_is_relicensed() -> None:
    finding = only(checked(copy_of(LAMP), LICENSE=MIT), "relicensed")
    assert finding.level is Level.ERROR
    assert finding.clause == "Apache-2.0 §4(a)"
    assert "MIT" in finding.message


def test_a_kept_header_carries_its_terms() -> None:
    assert "relicensed" not in rules(checked(copy_of(LAMP, text=LAMP_HEADER + CODE), LICENSE=MIT))


def test_text_and_line_in_the_repository_carry_them_too() -> None:
    files = {"LICENSE": MIT, "LICENSES/Apache-2.0.txt": APACHE, "NOTICE": f"lamp\n{LAMP.copyrights[0]}\n"}
    assert "relicensed" not in rules(checked(copy_of(LAMP), files=files))


def test_a_licence_text_that_nothing_ties_to_the_file_does_not() -> None:
    assert "relicensed" in rules(checked(copy_of(LAMP), files={"LICENSE": MIT, "LICENSES/Apache-2.0.txt": APACHE}))


def test_a_file_that_states_another_licence_is_relicensed_wherever_it_stands() -> None:
    stated = "# SPDX-License-Identifier: MIT\n" + CODE
    assert "relicensed" in rules(checked(copy_of(LAMP, text=stated), LICENSE=MIT))
    assert "relicensed" in rules(checked(copy_of(LAMP, text=stated), whole=False))


def test_it_is_an_error_of_a_headless_upstream_too_unless_that_one_is_named() -> None:
    assert only(checked(copy_of(HEADLESS), LICENSE=MIT), "relicensed").level is Level.ERROR
    named = copy_of(HEADLESS, text="# Adapted from https://github.com/example/lamp\n" + CODE)
    assert only(checked(named, LICENSE=MIT), "relicensed").level is Level.WARNING


def test_the_nearest_licence_file_counts() -> None:
    copy = copy_of(LAMP, path="third_party/lamp/modeling.py", text=LAMP_HEADER + CODE)
    files = {"LICENSE": MIT, "third_party/lamp/LICENSE": APACHE}
    assert not rules(checked(copy, files=files)) & {"relicensed", "licence-text-missing"}


REFUSED = [
    ("GPL-3.0-or-later", "MIT"),
    ("AGPL-3.0-or-later", "Apache-2.0"),
    ("GPL-2.0-only", "BSD-3-Clause"),
    ("CC-BY-NC-4.0", "MIT"),
    ("Apache-2.0", "GPL-2.0-only"),
]


def test_what_cannot_be_combined_is_an_error() -> None:
    failures = []
    for upstream, whole in REFUSED:
        finding = only(combined(upstream, whole), "combination-not-allowed")
        if (
            finding.level is not Level.ERROR
            or not finding.clause.startswith(upstream)
            or upstream not in finding.message
        ):
            failures.append((upstream, whole, finding))
    assert not failures


ALLOWED = [
    ("Apache-2.0", "MIT"),
    ("MIT", "GPL-3.0-only"),
    ("Apache-2.0", "GPL-3.0-only"),
    ("GPL-2.0-or-later", "GPL-3.0-only"),
    ("GPL-3.0-only", "AGPL-3.0-only"),
    ("MPL-2.0", "MIT"),
    ("GPL-3.0-only OR MIT", "MIT"),
    ("GPL-3.0-only", "LicenseRef-Nobody"),
]


def test_what_may_be_combined_is_not_reported() -> None:
    assert not [each for each in ALLOWED if "combination-not-allowed" in rules(combined(*each))]


def test_a_folder_under_its_own_licence_may_be_a_work_of_its_own() -> None:
    header = f"# {LAMP.copyrights[0]}\n# SPDX-License-Identifier: GPL-3.0-or-later\n"
    copy = copy_of(under("GPL-3.0-or-later"), path="vendored/modeling.py", text=header + CODE)
    files = {"LICENSE": MIT, "vendored/LICENSE": "Licensed under the GPL-3.0-or-later license.\n"}
    assert only(checked(copy, files=files), "combination-not-allowed").level is Level.WARNING


def test_no_changed_copy_of_what_allows_none() -> None:
    assert "combination-not-allowed" in rules(checked(copy_of(under("CC-BY-ND-4.0")), LICENSE=APACHE))
    same = replace(under("CC-BY-ND-4.0"), verdict=Verdict.IDENTICAL)
    assert "combination-not-allowed" not in rules(checked(copy_of(same), pyproject__toml=project("CC-BY-ND-4.0")))


def test_an_unknown_licence_is_said_to_be_unknown() -> None:
    result = checked(copy_of(under("LicenseRef-Lamp-Community")), LICENSE=MIT)
    assert only(result, "licence-unknown").level is Level.NOTE
    assert only(result, "holder-removed").level is Level.WARNING
