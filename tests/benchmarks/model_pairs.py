"""Is a published model said to be from another one that it is not from, and is one under another name still found?

Each model of `incidents` and `evidence/configs` is scanned as a folder of its name, against the facts of all others;
then under another name, its keys, classes and tensors renamed, against the facts of all. What is said is held against
labels (`model_pairs.tsv`) that were written before.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from modelkin.attribution.copies import AllFiles
from modelkin.dating.dates import SourceFacts
from modelkin.evidence.model_names import any_model
from modelkin.models.model import ModelFacts
from modelkin.models.model_reading import read_model
from modelkin.repository.declarations import read_declarations
from modelkin.results import FileDate, Finding
from modelkin.scan_steps import ScanOptions, check, model_origins
from modelkin.sources import open_source

LABELS = Path(__file__).with_name("model_pairs.tsv")
_RULES = ("derivation-undeclared", "tokenizer-uncredited", "ancestor-contradicted")
_FILES = ("config.json", "tokenizer_config.json", "special_tokens_map.json")
_INDEX = ".index.json"


class Model(NamedTuple):
    name: str
    group: str
    """Its folder, or the first word of its files' names, as labels have it."""
    files: dict[str, bytes]


class _Known(NamedTuple):
    models: list[ModelFacts]


def models_in(shared: Path) -> list[Model]:
    """All models of the two folders; of a family's one tokenizer each of its configurations has a copy."""
    found = [
        Model(folder.name, folder.name, {file.name: file.read_bytes() for file in sorted(folder.glob("*.json"))})
        for folder in sorted((shared / "incidents").iterdir())
        if folder.is_dir()
    ]
    groups: dict[str, list[tuple[str, str, bytes]]] = {}
    for file in sorted((shared / "evidence" / "configs").glob("*.json")):
        parts = file.name.split("__")
        groups.setdefault(parts[0], []).append((parts[-2] if len(parts) > 2 else "", parts[-1], file.read_bytes()))
    for group, files in groups.items():
        found += _of_group(group, files)
    return found


def _of_group(group: str, files: list[tuple[str, str, bytes]]) -> Iterator[Model]:
    around = {name: stored for _, name, stored in files if name in _FILES[1:]}
    configurations = [(inner, stored) for inner, name, stored in files if name == _FILES[0]]
    for inner, stored in configurations or [("", b"")]:
        own = {name: held for part, name, held in files if part == inner and part and name != _FILES[0]}
        held = {**around, **own, **({_FILES[0]: stored} if stored else {})}
        yield Model(inner or group, group, held)


def labels() -> tuple[dict[str, str], dict[str, set[str]]]:
    """The family of each group, and of each family those it is rightly said to be from, itself among them."""
    families: dict[str, str] = {}
    rightly: dict[str, set[str]] = {}
    for line in LABELS.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        family, groups, sources = (*line.split("\t"), "", "")[:3]
        families.update(dict.fromkeys(groups.split(), family))
        rightly[family] = {family, *sources.split()}
    return families, rightly


def written(model: Model, folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name, stored in model.files.items():
        (folder / name).write_bytes(stored)
    return folder


def facts_of_model(model: Model, folder: Path) -> ModelFacts | None:
    with open_source(str(written(model, folder))) as checkout:
        read = read_model(checkout, model.name)
    return read.facts if read else None


def findings_on(folder: Path, known: list[ModelFacts]) -> list[Finding]:
    """What a scan finds of the model in a folder, were these the known models."""
    with open_source(str(folder)) as checkout:
        said = read_declarations(checkout)
        facts = SourceFacts(lambda _: FileDate(), said.names)
        found = model_origins(checkout, said, facts, lambda: [_Known(known)], ScanOptions())
    checked = check([], said, others=AllFiles(model=found))
    return [each for each in checked.findings if each.rule in _RULES]


# Renamed once more.


def renamed(model: Model, seed: int) -> Model:
    """Its keys, classes and components of tensors called something else; values, tokens and ids stay."""
    names = random.Random(f"{seed} {model.name}")
    return model._replace(
        name=f"harbour-{seed}", files={name: _renamed(name, stored, names) for name, stored in model.files.items()}
    )


def _renamed(name: str, stored: bytes, names: random.Random) -> bytes:
    loaded = json.loads(stored)
    if name.endswith(_INDEX):
        changed: dict[str, str] = {}
        loaded["weight_map"] = {
            ".".join(_word(part, changed, names) for part in key.split(".")): file
            for key, file in loaded["weight_map"].items()
        }
    elif name == "tokenizer_config.json":
        loaded = {key: value for key, value in loaded.items() if key not in ("auto_map", "name_or_path")}
        loaded["tokenizer_class"] = "HarbourTokenizer"
    elif name == "config.json":
        loaded = _keys_renamed(loaded, names)
    return json.dumps(loaded, indent=1).encode()


def _word(part: str, changed: dict[str, str], names: random.Random) -> str:
    if part.isdigit() or part in ("weight", "bias"):
        return part
    if part not in changed:
        changed[part] = f"{part[:1]}{names.getrandbits(32):x}"
    return changed[part]


def _keys_renamed(loaded: dict[str, Any], names: random.Random) -> dict[str, Any]:
    """A quarter of the keys renamed; what names the model is gone."""
    kept = {key: value for key, value in loaded.items() if key not in ("auto_map", "architectures", "_name_or_path")}
    kept["model_type"] = "harbour"
    return {
        key if names.random() > 0.25 or key == "model_type" else f"harbour_{key}": value for key, value in kept.items()
    }


class Tally:
    """Counts what was said, and prints each line of it."""

    def __init__(self, known: list[tuple[Model, ModelFacts]]) -> None:
        self.families, self.rightly = labels()
        self.group_of = {facts.name: model.group for model, facts in known}
        self.counts: Counter[str] = Counter()

    def take(self, model: Model, pairs: int, told: list[Finding]) -> None:
        self.counts.update({"models": 1, "pairs": pairs, "nothing said": not told})
        for each in told:
            family = self.families[self.group_of[each.upstream]]
            how = "right" if family in self.rightly[self.families[model.group]] else "WRONG"
            self.counts[f"{how}: {each.rule}, {each.level.value}"] += 1
            print(f"  {how} {model.group}/{model.name}: {each.level.value} {each.rule} {each.upstream} | {each.reason}")


def table(models: list[Model], known: list[tuple[Model, ModelFacts]], root: Path, seed: int) -> None:
    """Scan each model; with a seed, renamed."""
    tally = Tally(known)
    for number, model in enumerate(models):
        against = [facts for _, facts in known if seed or not any_model((model.name,), facts.name)]
        scanned = renamed(model, seed) if seed else model
        tally.take(model, len(against), findings_on(written(scanned, root / str(number) / scanned.name), against))
    print(f"  {dict(sorted(tally.counts.items()))}")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", nargs="?", type=Path, default=Path("../shared"), help="the folder of published files")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    models = models_in(arguments.shared)
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        facts = [facts_of_model(each, root / "facts" / str(number) / each.name) for number, each in enumerate(models)]
        known = [(model, each) for model, each in zip(models, facts, strict=True) if each is not None]
        print("under its own name, against all others:")
        table(models, known, root / "own", 0)
        print("renamed, against all:")
        table(models, known, root / "renamed", arguments.seed)


if __name__ == "__main__":
    main()
