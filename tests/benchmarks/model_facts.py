"""How alike are the configurations and tokenizers of published models, and does any pair claim more than it may?

All pairs of the configurations and of the tokenizers in the folders named, of equal ones one. Equal configurations mean
the same architecture, so none may be more than supporting; a pair with private tokens in common is listed by name.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from pathlib import Path

import msgspec
import numpy as np

from modelkin.evidence.shared_tokens import compare_tokenizers
from modelkin.evidence.shared_values import compare_configurations, share_values
from modelkin.models.config_values import configuration_values
from modelkin.models.json_files import parse_object
from modelkin.models.model import ModelFacts
from modelkin.models.model_files import facts_of
from modelkin.models.token_files import tokenizer_facts
from modelkin.results import Observation, Skipped, Strength
from modelkin.sources import open_source

Compare = Callable[[ModelFacts, ModelFacts], tuple[Observation, ...]]


def models(folders: Iterable[Path]) -> Iterator[ModelFacts]:
    """A model for each configuration, and one for each tokenizer, of equal ones one."""
    seen: set[bytes] = set()
    for file in sorted(file for folder in folders for file in folder.rglob("*config.json")):
        loaded = parse_object(file.name, file.read_bytes())
        if isinstance(loaded, Skipped):
            print(f"{file.name}: {loaded.reason}")
            continue
        name = file.stem if "__" in file.name else file.parent.name
        facts = one_file(name, "tokenizer" in file.name, loaded)
        key = msgspec.json.encode((facts.tokenizer, facts.configurations))
        if facts is not None and key not in seen:
            seen.add(key)
            yield facts


def one_file(name: str, is_tokenizer: bool, loaded: dict[str, object]) -> ModelFacts:
    """The facts of a model of which one file is known."""
    if is_tokenizer:
        return ModelFacts(name, tokenizer=tokenizer_facts({"tokenizer_config.json": loaded})[0])
    values = configuration_values("config.json", loaded)
    return ModelFacts(name, configurations=() if isinstance(values, Skipped) else (values,))


def table(title: str, known: list[ModelFacts], compare: Compare, listed: frozenset[Strength]) -> None:
    """Prints how many pairs have each strength, and names those in ``listed``."""
    found: Counter[str] = Counter()
    lines = []
    for one, other in combinations(known, 2):
        for each in compare(one, other):
            found[each.strength.value] += 1
            if each.strength in listed:
                lines.append(f"  {each.strength.value}: {one.name} / {other.name}: {each.says}")
    print(f"{title}: {len(known)} models, {len(known) * (len(known) - 1) // 2:,} pairs: {dict(sorted(found.items()))}")
    print("\n".join(lines))


def shares(known: list[ModelFacts]) -> None:
    """Prints the share of information that pairs of configurations have in common."""
    found = [
        share_values(one.configurations[0], other.configurations[0]).share for one, other in combinations(known, 2)
    ]
    marks = {f"{100 * mark:g} %": round(float(np.quantile(found, mark)), 3) for mark in (0.5, 0.9, 0.95, 0.99)}
    print(f"share of information in common: {marks}, equal in all: {sum(each >= 1 for each in found)}")


def sizes(folder: Path) -> None:
    """Prints what the facts of each model in a folder take."""
    for source in sorted(path for path in folder.iterdir() if path.is_dir()):
        with open_source(str(source)) as checkout:
            read = facts_of(checkout)
        if read is not None:
            size = len(msgspec.json.encode(read.facts)), len(msgspec.msgpack.encode(read.facts))
            print(f"  {source.name}: {size[0]:,} bytes as JSON, {size[1]:,} as MessagePack")


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, help="of published config.json and tokenizer_config.json")
    arguments = parser.parse_args()
    known = list(models(arguments.folders))
    configured = [each for each in known if each.configurations and len(each.configurations[0].values) > 8]
    table("configurations", configured, compare_configurations, frozenset((Strength.SUPPORTING, Strength.STRONG)))
    shares(configured)
    with_tokens = [each for each in known if each.tokenizer]
    table("tokenizers", with_tokens, compare_tokenizers, frozenset((Strength.STRONG, Strength.EXACT)))
    largest = max((len(msgspec.json.encode(each)), each.name) for each in known)
    print(f"the largest facts of one file: {largest[0]:,} bytes, {largest[1]}")
    for folder in arguments.folders:
        sizes(folder)


if __name__ == "__main__":
    main()
