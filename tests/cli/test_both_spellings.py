"""Options and keys that are called licence are taken in the American spelling, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from modelkin.cli import main
from modelkin.corpus.builds.manifest import read_manifest
from modelkin.corpus.library import projects
from modelkin.errors import CorpusError, RuleError
from modelkin.licences.recipe import read_recipe
from modelkin.rulebook.loader import read_finding
from modelkin.support.yaml import read_plain_yaml

from ..support.small_corpora import ATTENTION

SHIPPED = Path(__file__).parent.parent.parent
ENTRY = {
    "name": "lantern",
    "package": "lantern-models",
    "homepage": "https://example.org",
    "source": "https://example.org/{release}/{path}",
    "releases": ["1.0"],
    "include": ["lantern/**"],
}


def manifest(folder: Path, spelling: str) -> object:
    path = folder / "manifest.yaml"
    path.write_text(yaml.safe_dump({"upstreams": [{**ENTRY, spelling: "MIT"}]}))
    return read_manifest(path)


def finding(folder: Path, spelling: str) -> object:
    """A rule whose examples say what their upstream is under, and have files called as the key is."""
    loaded = yaml.safe_load((SHIPPED / "rules/findings/relicensed.yaml").read_text())
    for example in loaded["reported"]:
        example["upstream"] = {spelling: "MIT", f"{spelling}_form": "text"}
        example["files"] |= {"license": "MIT", "license_text": "MIT"}
    path = folder / "relicensed.yaml"
    path.write_text(yaml.safe_dump(loaded))
    return read_finding(path)


def recipe(folder: Path, spelling: str) -> object:
    path = folder / "licence_texts.yaml"
    path.write_text((SHIPPED / "rules/licence_texts.yaml").read_text().replace("licence:", f"{spelling}:"))
    return read_recipe(path)


def added(folder: Path, spelling: str) -> object:
    source, corpus = folder / "lantern", folder / "corpus.safetensors"
    source.mkdir(exist_ok=True)
    (source / "attention.py").write_text(ATTENTION)
    corpus.unlink(missing_ok=True)
    told = ["--release", "1.0", "--corpus", str(corpus), "--no-progress"]
    assert main(["corpus", "add", str(source), "--name", "lantern", f"--{spelling}", "MIT", *told]) == 0
    return projects(corpus)


def borders(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[Path, str], object]]:
    """Each takes a folder to write in, and how the word is spelled in what it is given."""

    def rules(_: Path, spelling: str) -> object:
        capsys.readouterr()
        assert main(["rules", f"--{spelling}s"]) == 0
        return capsys.readouterr().out

    yield from (manifest, finding, recipe, added, rules)


def test_each_border_takes_both_spellings_alike(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    different = []
    for border in borders(capsys):
        british, american = border(tmp_path, "licence"), border(tmp_path, "license")
        if british != american:
            different.append(border.__name__)
    assert different == []


def test_both_spellings_at_once_are_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "manifest.yaml"
    path.write_text(yaml.safe_dump({"upstreams": [{**ENTRY, "licence": "MIT", "license": "MIT"}]}))
    with pytest.raises(CorpusError) as raised:
        read_manifest(path)
    assert str(raised.value) == f"{path}: entry 1 (lantern): 'licence' and 'license' are one key; give it once"

    rule = tmp_path / "relicensed.yaml"
    rule.write_text("reported: [{upstream: {license: MIT, licence: MIT}}]\n")
    with pytest.raises(RuleError) as refused:
        read_finding(rule)
    assert str(refused.value) == f"{rule}: 'licence' and 'license' are one key; give it once"


def test_files_of_an_example_keep_their_names() -> None:
    assert read_plain_yaml(b"files: {license: a, licence: b}") == {"files": {"license": "a", "licence": "b"}}
