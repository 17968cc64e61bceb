"""Every format that says what it is of says when it was made, of what commit or release, and with which corpora."""

from __future__ import annotations

import json
import re

import pytest
from msgspec.structs import replace

from modelkin.reports import FORMATS
from modelkin.reports.console import PLAIN
from modelkin.reports.occasion import repository_uri, scanned_words
from modelkin.results import CorpusIdentity, KnownCorpus, Report, Scanned, SourceKind

from ..support.example_reports import EMPTY, REPORT

AT, COMMIT, ADDRESS = "2026-11-29T20:03:27Z", "0123456789ab" + "cd" * 14, "https://example.org/lamp/lamp.git"
CLONE = Scanned(AT, SourceKind.FOLDER, repository=ADDRESS, commit=COMMIT, changed=True, digest="ef" * 32)
BASE = KnownCorpus("base", "2026.11.21", "ab" * 32, "2026-11-21", 54, 157)
OF_CLONE = replace(REPORT, corpus=CorpusIdentity("base", "2026.11.21", "ab" * 32, (BASE,)), scanned=CLONE)
READ = "digest of what was read efefefefefef"
SHORT = {"concise", "github"}  # for hooks and annotations: findings alone


def plain(report: Report, name: str) -> str:
    """What a format says, its escapes undone as far as they hide letters."""
    rendered = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), FORMATS[name](report, PLAIN))
    return rendered.replace("\\", "").replace("&", "")


def test_the_words_say_what_is_known() -> None:
    told = {
        CLONE: f"commit 0123456789ab of {ADDRESS}, with changes that are not committed · {READ}",
        replace(CLONE, changed=False): f"commit 0123456789ab of {ADDRESS}",
        replace(CLONE, changed=None, repository=""): "commit 0123456789ab, changes since were not looked for",
        replace(CLONE, commit=""): f"no commit or release known · {READ}",
        Scanned(AT, SourceKind.REGISTRY, "vllm 0.2.3", "2023-12-03"): "release vllm 0.2.3 of 2023-12-03",
        Scanned(AT, SourceKind.ARCHIVE, "lamp 1.0"): "release lamp 1.0",
    }
    found = {scanned: scanned_words(replace(EMPTY, scanned=scanned)) for scanned in told}
    assert found == {scanned: f"scanned 2026-11-29 20:03 UTC · {words}" for scanned, words in told.items()}
    assert scanned_words(EMPTY) == ""  # of an older journal


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - SHORT))
def test_every_format_says_when_of_which_commit_and_with_which_corpora(name: str) -> None:
    if name in ("cyclonedx", "spdx", "graphml"):
        pytest.importorskip({"cyclonedx": "cyclonedx", "spdx": "spdx_tools", "graphml": "networkx"}[name])
    rendered = plain(OF_CLONE, name)
    for words in ("2026-11-29", "0123456789ab", ADDRESS, "working"):
        assert words in rendered, words
    if name not in ("dot", "mermaid", "graphml"):  # a graph has no corpora
        assert "base" in rendered
        assert "abababababab" in rendered


def test_json_has_each_of_these_facts() -> None:
    assert json.loads(FORMATS["json"](OF_CLONE, PLAIN))["scanned"] == {
        "at": AT,
        "source": "folder",
        "release": "",
        "released": "",
        "repository": ADDRESS,
        "commit": COMMIT,
        "changed": True,
        "digest": "ef" * 32,
        "trust": "working-tree",
    }


def test_sarif_has_the_commit_as_its_provenance_where_the_repository_has_an_address() -> None:
    def run(scanned: Scanned) -> dict[str, object]:
        told: dict[str, object] = json.loads(FORMATS["sarif"](replace(OF_CLONE, scanned=scanned), PLAIN))["runs"][0]
        return told

    provenance = {"repositoryUri": ADDRESS, "revisionId": COMMIT, "properties": {"changed": True}}
    assert run(CLONE)["versionControlProvenance"] == [provenance]
    assert run(CLONE)["invocations"][0]["endTimeUtc"] == AT  # type: ignore[index]
    for unknown in (replace(CLONE, repository=""), replace(CLONE, commit=""), Scanned()):
        assert "versionControlProvenance" not in run(unknown)


def test_an_address_becomes_a_uri() -> None:
    for address, uri in (
        (ADDRESS, ADDRESS),
        ("git@example.org:lamp/lamp.git", "ssh://git@example.org/lamp/lamp.git"),
        ("/srv/git/a lamp.git", "file:///srv/git/a%20lamp.git"),
        ("../lamp", ""),
        ("lamp/bulb", ""),
        ("", ""),
    ):
        assert repository_uri(replace(CLONE, repository=address)) == uri


def test_bills_of_materials_have_the_time_of_the_scan() -> None:
    pytest.importorskip("cyclonedx")
    pytest.importorskip("spdx_tools")
    assert json.loads(FORMATS["cyclonedx"](OF_CLONE, PLAIN))["metadata"]["timestamp"] == AT
    assert json.loads(FORMATS["spdx"](OF_CLONE, PLAIN))["creationInfo"]["created"] == AT
