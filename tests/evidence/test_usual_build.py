"""The table of usual values, as it is built of classes that are read as text and of published files."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from modelkin.evidence.usual_build import build, main
from modelkin.evidence.usual_values import FILE, parse_usual_values
from modelkin.models.token_files import token_hash

FIELDS = b"""
import os
raise SystemExit("imported")
class LampConfig(Base):
    model_type = "lamp"
    hidden_size: int = 768
    depth: int = 12
    rate: float = interval(min=0.0)(default=0.02)
    act: str = "silu"
    eps: float = 1e-6
    heads: int | None = None
    tied: bool = False
    sizes: list = (1, 2)
    computed: int = os.cpu_count()
"""
PARAMETERS = b"""
class WickConfig:
    def __init__(self, n, hidden_size=768, depth=6, rate=0.02, act="gelu", eps=1e-6, heads=8, tied=False, b=1, a=f()):
        pass
class Small(Base):
    width: int = 3
class ShadeConfig(Base):
    width: int = 3
"""
PUBLISHED = {"hidden_size": 768, "depth": 24, "a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6}


def written(tmp_path: Path) -> tuple[Path, Path]:
    """A wheel of three copies of two classes, and a folder of published files, one of them twice and one broken."""
    wheel, folder = tmp_path / "transformers-9.9-py3-none-any.whl", tmp_path / "configs"
    with ZipFile(wheel, "w") as archive:
        for number in range(3):
            for name, source in (("Lamp", FIELDS), ("Wick", PARAMETERS)):
                renamed = source.replace(name.encode(), f"{name}{number}".encode())
                archive.writestr(f"transformers/models/{name}{number}/configuration_{name}.py", renamed)
    folder.mkdir()
    for name in ("one__config.json", "two__config.json"):
        (folder / name).write_text(json.dumps(PUBLISHED))
    (folder / "broken__config.json").write_text("{")
    tokens = {"added_tokens_decoder": {"5": {"content": "<lamp>"}, "6": {"content": "<extra_1>"}}}
    (folder / "one__tokenizer_config.json").write_text(json.dumps(tokens))
    return wheel, folder


def test_the_table_counts_classes_and_published_files_of_equal_ones_one(tmp_path: Path) -> None:
    wheel, folder = written(tmp_path)
    text = build(wheel, folder)
    assert text == build(wheel, folder)
    assert "transformers-9.9" in text
    assert [line for line in text.splitlines() if line.startswith("from\t")] == [
        "from\tone__config.json",
        "from\tone__tokenizer_config.json",
        "from\ttwo__config.json",
    ]
    found = parse_usual_values(text)
    assert (found.configurations, found.keys["hidden_size"], found.pairs["hidden_size", "768"]) == (7, 7, 7)
    assert (found.pairs["depth", "12"], found.pairs.get(("depth", "24"))) == (3, None)
    assert found.tokens == {(5, token_hash("<lamp>")): 1}


def test_a_wrong_call_ends_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == main([str(tmp_path), str(tmp_path / "missing.whl"), str(tmp_path)]) == 2
    (tmp_path / "no.whl").write_text("x")
    assert main([str(tmp_path), str(tmp_path / "no.whl"), str(tmp_path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 3
    assert not (tmp_path / FILE).exists()


def test_the_table_is_written_into_the_folder_of_rules(tmp_path: Path) -> None:
    wheel, folder = written(tmp_path)
    assert main([str(tmp_path), str(wheel), str(folder)]) == 0
    assert (tmp_path / FILE).read_text("utf-8") == build(wheel, folder)
