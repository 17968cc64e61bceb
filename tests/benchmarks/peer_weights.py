"""Beside cisco-ai-provenance-kit: what does each say of pairs that both can read, and what does that take?

The kit is a peer of the registry, in an environment of its own that `--kit` names the Python of; never a dependency.
Without it the half of ours is shown. Pairs are small models that were trained and changed here, one pair of 990 MB, and
all pairs of models that the kit's own facts hold under one architecture.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import modelkin
from modelkin import Strength
from modelkin.results import Skipped
from modelkin.sources import open_source
from modelkin.sources.checkout import Entry

from ..support.checkpoints import write_checkpoint
from . import weight_variants as made
from .small_models import CHARACTERS, Model, Size
from .weights import SECOND, Models
from .weights_cost import llama, write_pair

KIT = "cisco-ai-provenance-kit==1.0.0"
# What the kit derives from other keys of a configuration.
_DERIVED = frozenset(
    "gqa_ratio attention_style norm_type attention_bias qk_norm pos_encoding tokenizer_hash token_id_signature "
    "arch_hash family_hash".split()
)
_NO_GROUND = "same architecture"
_ASK_FACTS = """
import json, sys
from provenancekit.core.signals.metadata import similarity
from provenancekit.models.signals import MFIFingerprint
for one, other in json.load(sys.stdin):
    print(similarity(MFIFingerprint(**one), MFIFingerprint(**other)).tier)
"""
_OURS = """
import json, sys, time
began = time.perf_counter()
import modelkin
from modelkin.scan_steps import ScanOptions
report = modelkin.compare(sys.argv[1], sys.argv[2], ScanOptions(weights=4_000_000, deep=True))
says = [each.relation.value for each in report.evidence if each.kind.value == "weights"]
print(json.dumps([" and ".join(says), time.perf_counter() - began]))
"""


class Said(NamedTuple):
    """What a tool said of a pair, and what that took."""

    says: str
    seconds: float
    peak: float
    """Of memory, in MB."""


# Pairs of the kit's own facts.


def facts_of_kit() -> dict[str, dict[str, Any]]:
    """What the kit knows of the configuration of each model, by its name."""
    found = {}
    with open_source(f"pypi:{KIT}") as checkout:
        for entry in checkout.entries():
            if isinstance(entry, Entry) and entry.path.endswith("_features.json"):
                stored = entry.read()
                assert not isinstance(stored, Skipped), stored.reason
                told = json.loads(stored)
                found[told["model_id"]] = told["mfi"]
    return found


def equal_architectures(facts: Mapping[str, dict[str, Any]]) -> list[tuple[str, str]]:
    """All pairs of models that the kit's facts hold under one architecture."""
    by_hash: defaultdict[str, list[str]] = defaultdict(list)
    for name, told in sorted(facts.items()):
        by_hash[told["arch_hash"]].append(name)
    return [pair for names in by_hash.values() for pair in itertools.combinations(names, 2)]


def show_facts(folder: Path, kit: str) -> None:
    """What each says of these pairs, of whose weights neither sees anything."""
    facts = facts_of_kit()
    pairs = equal_architectures(facts)
    said: Counter[str] = Counter()
    for one, other in pairs:
        sides = []
        for name in (one, other):
            place = folder / "facts" / name
            place.mkdir(parents=True, exist_ok=True)
            told = {key: value for key, value in facts[name].items() if key not in _DERIVED and value is not None}
            (place / "config.json").write_text(json.dumps(told))
            sides.append(str(place))
        report = modelkin.compare(sides[0], sides[1])
        tells = {each.strength for each in report.evidence} & {Strength.EXACT, Strength.STRONG}
        sentence = report.conclusion.sentence if report.conclusion else ""
        is_no_ground = _NO_GROUND in sentence and not tells
        said["same architecture alone" if is_no_ground else f"{one}, {other}: {sentence}"] += 1
    print(f"{len(facts)} models, {len(pairs)} pairs of one architecture; modelkin: {dict(said)}")
    if kit:
        asked = json.dumps([[facts[name] for name in pair] for pair in pairs])
        tiers = Counter(_run([kit, "-c", _ASK_FACTS], asked).stdout.split())
        print(f"the kit, by tier (up to 2 is Confirmed Match, whatever the weights): {dict(tiers)}")


# Pairs of models that were made here.


def pairs_of_models() -> Iterator[tuple[str, Model, Model]]:
    """What it is, the original and the copy."""
    models = Models(SECOND[1])
    base, size = models.base, SECOND[1].size
    yield "the same", base, base
    yield "independent: another start and other text order", base, models.other
    yield "trained further", base, models.further(SECOND[1].further[7])
    yield "noise of 1/708", base, made.noised(base, 1 / 708, 1)
    yield "noise of 1/708, tensors renamed", base, renamed(made.noised(base, 1 / 708, 1))
    yield "rounded to 8 bits", base, made.on_matrices(base, made.int8_rows)
    yield "units in another order", base, made.permuted(base, size, 3)
    yield "merged with a stranger", base, made.merged([(0.2, models.other), (0.8, base)])
    yield "an adapter merged", base, models.adapted(4)


def renamed(model: Model) -> Model:
    """The same model under other names."""
    other = {"embed_tokens": "wte", "layers": "h", "mlp": "ffn", "self_attn": "attn", "proj": "p", "lm_head": "out"}
    found = {}
    for name, values in model.items():
        for old, new in other.items():
            name = name.replace(old, new)
        found[name] = values
    return found


def write_model(folder: Path, model: Model, size: Size) -> Path:
    """A folder as transformers writes it: configuration, a tokenizer of single bytes, weights."""
    write_checkpoint(folder / "model.safetensors", model)
    write_settings(folder, size.width, size.layers, size.inner, (size.heads, size.heads), CHARACTERS)
    return folder


def write_settings(folder: Path, width: int, layers: int, inner: int, heads: tuple[int, int], vocabulary: int) -> None:
    """The configuration of a Llama, and a tokenizer."""
    config = {
        "model_type": "llama",
        "architectures": ["LlamaForCausalLM"],
        "hidden_size": width,
        "num_hidden_layers": layers,
        "num_attention_heads": heads[0],
        "num_key_value_heads": heads[1],
        "intermediate_size": inner,
        "vocab_size": vocabulary,
        "tie_word_embeddings": False,
    }
    (folder / "config.json").write_text(json.dumps(config))
    tokens = {(chr(each) if 32 < each < 127 else f"t{each}"): each for each in range(vocabulary)}
    tokenizer = {
        "version": "1.0",
        "added_tokens": [],
        "pre_tokenizer": {"type": "Whitespace"},
        "model": {"type": "WordLevel", "vocab": tokens, "unk_token": "t0"},
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "t0"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))


def ours(copy: Path, original: Path) -> Said:
    """What modelkin says, in a process of its own."""
    done = _run([sys.executable, "-c", _OURS, str(copy), str(original)])
    says, seconds = json.loads(done.stdout)
    return Said(says, seconds, done.peak)


def theirs(kit: str, copy: Path, original: Path) -> Said:
    """What the kit says, in a process of its own; its seconds are its own, without the loading of its modules."""
    command = [str(Path(kit).with_name("provenancekit")), "compare", str(copy), str(original), "--json", "--no-cache"]
    done = _run(command)
    told = json.loads(done.stdout[done.stdout.index("{") :])
    scores = told["scores"]
    identity = "not compared" if scores["identity_score"] is None else f"{scores['identity_score']:.2f}"
    says = f"{scores['provenance_decision'] or told['interpretation']['label']}, weights {identity}"
    return Said(says, told["time_seconds"], done.peak)


class _Done(NamedTuple):
    stdout: str
    peak: float


# A process begins with the memory of the one that starts it: a small one starts those that are measured.
_MEASURED = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stderr=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
print(used.ru_maxrss, file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def _run(command: list[str], given: str = "") -> _Done:
    """Run a process and see how much memory it took at most."""
    offline = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "PYTHONPATH": ""}
    words = [sys.executable, "-I", "-c", _MEASURED, *command]
    done = subprocess.run(words, input=given, capture_output=True, text=True, env=os.environ | offline, check=True)
    return _Done(done.stdout, int(done.stderr) / 1024)


def show_pair(name: str, kit: str, copy: Path, original: Path) -> None:
    """One row of the table."""
    found = ours(copy, original)
    row = f"{name} | {found.says} | {found.seconds:.1f} s, {found.peak:.0f} MB"
    if kit:
        peer = theirs(kit, copy, original)
        row += f" | {peer.says} | {peer.seconds:.1f} s, {peer.peak:.0f} MB"
    print(row, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kit", default="", help="the Python of an environment with the kit")
    parser.add_argument("--large", action="store_true", help="the pair of 990 MB as well")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        show_facts(folder, given.kit)
        for number, (name, original, copy) in enumerate(pairs_of_models()):
            sides = [
                write_model(folder / f"{number}" / side, model, SECOND[1].size)
                for side, model in (("copy", copy), ("original", original))
            ]
            show_pair(name, given.kit, *sides)
        if given.large:
            write_pair(folder, llama(18, 1536, 4096, 384, 16_000))
            for side in ("lamp", "torch"):
                write_settings(folder / side, 1536, 18, 4096, (12, 3), 16_000)
            show_pair("990 MB, noise of 1/708", given.kit, folder / "torch", folder / "lamp")


if __name__ == "__main__":
    main()
