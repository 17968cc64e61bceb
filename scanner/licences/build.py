"""Builds the data file of licence texts after a change of the recipe: ``python -m modelkin.licences.build rules``.

For development only. ``--refresh`` brings its names and anchors up to date after a change of rules, without the texts.
Edit this when the data file is to be made of something else; `table.py` reads it.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from ..errors import ModelkinError, RuleError
from ..rulebook.loader import licence_rules
from ..rulebook.model import LicenceRule
from ..support.arrays import U32, Array, distinct, group
from ..support.atomic_write import replace_file
from .licence_names import classifier_name, name_key
from .recipe import Recipe, ReferenceText, gather, open_packages, read_recipe, spdx_list
from .table import ARRAYS, FORMAT, HEADER_KEY, open_table, read_header
from .words import plain, read_words, shingles

# Of a licence with a rule (nearly) all shingles are kept, of others about this many: they only tell what is alike.
_KEPT_OF_RULE = 2_500
_KEPT_OF_OTHERS = 240
# A text of fewer shingles is too little to be known by.
_LEAST_SHINGLES = 20
_REFRESH = "--refresh"

# By the licence's id, the required and the refused patterns.
AnchorLists = dict[str, list[list[str]]]


def build(rules_folder: Path, texts_folder: Path | None = None) -> bytes:
    """The data file, from the recipe and the rules in a folder. Raises ModelkinError."""
    recipe, rules = read_recipe(rules_folder / "licence_texts.yaml"), licence_rules(rules_folder)
    with open_packages(recipe, texts_folder) as packages:
        listed = spdx_list(recipe, packages)
        texts = list(gather(recipe, listed, packages))
    titles = listed_names((each.licence, each.title) for each in listed)
    header = {"format": FORMAT, "listed_names": titles, **rule_header(rules, recipe)}
    for text in texts:
        _check_anchors(text, header["anchors"])
    return encode(texts, header, frozenset(rule.id for rule in rules))


def refreshed(rules_folder: Path) -> bytes:
    """The data file in a folder of rules, as a build would write it of the same texts. Raises ModelkinError."""
    path = rules_folder / "licence_texts.safetensors"
    recipe, rules = read_recipe(rules_folder / "licence_texts.yaml"), licence_rules(rules_folder)
    table = open_table(path)
    header = {**read_header(path.read_bytes()), **rule_header(rules, recipe)}
    return pack({name: getattr(table, name) for name in ARRAYS}, header)


def rule_header(rules: Iterable[LicenceRule], recipe: Recipe) -> dict[str, Any]:
    """What the header of the data file takes from the rules and the recipe."""
    rules = tuple(rules)
    return {
        "anchors": anchor_lists(rules, recipe),
        "names": dict(sorted(rule_names(rules, recipe).items())),
        "ruled": sorted(rule.id for rule in rules),
    }


def rule_names(rules: Iterable[LicenceRule], recipe: Recipe) -> dict[str, str]:
    """The id of each spelling that a rule or the recipe has, by its key. RuleError where one means two licences."""
    ids: dict[str, str] = {}
    for licence, name in _spellings(rules, recipe):
        known = ids.setdefault(name_key(classifier_name(name)), licence)
        if known != licence:
            raise RuleError(f"{licence}.yaml: names: {name!r} already means {known}")
    return ids


def _spellings(rules: Iterable[LicenceRule], recipe: Recipe) -> Iterator[tuple[str, str]]:
    for rule in rules:
        for name in (rule.id, rule.title, *rule.names):
            yield rule.id, name
    for licence, names in recipe.names.items():
        for name in names:
            yield licence, name


def listed_names(listed: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The id of each id and title of the SPDX list, given as pairs; what several of them share says nothing.

    The ids that SPDX has given up for GNU licences mean those in their place.
    """
    ids: dict[str, set[str]] = {}
    rows = [(current_id(licence), licence, title) for licence, title in listed]
    for current, licence, title in rows:
        names = (licence, title) if current == licence else (licence,)
        for key in map(name_key, names):
            ids.setdefault(key, set()).add(current)
    return {key: min(found) for key, found in sorted(ids.items()) if len(found) == 1}


def current_id(licence: str) -> str:
    """What SPDX writes today for a GNU licence's former id: "GPL-2.0" is "GPL-2.0-only", "GPL-2.0+" the other."""
    family, _, version = licence.partition("-")
    if family not in ("GPL", "LGPL", "AGPL", "GFDL") or not version.rstrip("+").replace(".", "").isdigit():
        return licence
    return f"{licence.rstrip('+')}-or-later" if licence.endswith("+") else f"{licence}-only"


def anchor_lists(rules: Iterable[LicenceRule], recipe: Recipe) -> AnchorLists:
    """The anchors of each licence that has any."""
    anchors = {rule.id: rule.anchors for rule in rules} | recipe.anchors
    return {
        licence: [list(each.required), list(each.refused)]
        for licence, each in sorted(anchors.items())
        if each.required or each.refused
    }


def _check_anchors(text: ReferenceText, anchors: AnchorLists) -> None:
    """Raise RuleError where the anchors of a licence say that its own text is another's."""
    if text.is_notice or text.licence not in anchors:
        return
    required, refused = anchors[text.licence]
    words = plain(text.text)
    for pattern in required:
        if not re.search(pattern, words):
            raise RuleError(f"{text.licence}: anchors.required: its own text has no {pattern!r}")
    for pattern in refused:
        if found := re.search(pattern, words):
            raise RuleError(f"{text.licence}: anchors.refused: its own text has {found[0]!r}")


def encode(texts: Iterable[ReferenceText], header: dict[str, Any], with_rule: frozenset[str]) -> bytes:
    """The data file of these texts. Of equal texts the licence with a rule counts, then that with the shortest id."""
    rows, kept = [], []
    known: set[bytes] = set()
    for text in sorted(texts, key=lambda each: (each.licence not in with_rule, len(each.licence), each.licence)):
        hashes = distinct(shingles(read_words(text.text).hashes))
        identity = hashes.tobytes() + repr(text.anchor).encode()
        if len(hashes) < _LEAST_SHINGLES or identity in known:
            continue
        known.add(identity)
        rate = _rate(len(hashes), _KEPT_OF_RULE if text.licence in with_rule else _KEPT_OF_OTHERS)
        kept.append(hashes[hashes % rate == 0])
        rows.append([text.licence, len(hashes), rate, text.is_notice, *(text.anchor or ([], []))])
    arrays = _arrays(kept)
    return pack(arrays, {**header, "references": rows})


def _rate(size: int, kept: int) -> int:
    """The power of two that leaves at most ``kept`` of ``size``, by chance."""
    return 1 << max((size - 1) // kept, 0).bit_length()


def _arrays(kept: list[U32]) -> dict[str, Array]:
    """The shingles of all references, and which of them hold each: as `table.LicenceTable` has them."""
    owners = np.repeat(np.arange(len(kept)), [len(each) for each in kept])
    values = np.concatenate([*kept, np.empty(0, np.uint32)])
    order = np.lexsort((owners, values))
    groups = group(values[order][:, None])
    if groups.counts.max(initial=0) > np.iinfo(ARRAYS["counts"]).max:
        raise RuleError("more texts share a run of words than the format can count")
    arrays = {"shingles": groups.rows[:, 0], "counts": groups.counts, "postings": owners[order]}
    return {name: np.ascontiguousarray(array, ARRAYS[name]) for name, array in arrays.items()}


def pack(arrays: dict[str, Array], header: dict[str, Any]) -> bytes:
    """The bytes of a data file."""
    metadata = {HEADER_KEY: json.dumps(header, sort_keys=True, separators=(",", ":"))}
    return save({name: arrays[name] for name in ARRAYS}, metadata)


def main(arguments: list[str]) -> int:
    """Build the data file of the rules in the folder named first, or refresh it."""
    if _REFRESH in arguments:
        arguments.remove(_REFRESH)
        return _write_data(Path(arguments[0]), refreshed)
    folder, *texts = map(Path, arguments)
    return _write_data(folder, lambda rules: build(rules, *texts))


def _write_data(folder: Path, make: Callable[[Path], bytes]) -> int:
    """Write the data file that ``make`` makes of the rules in ``folder``; gives the exit code."""
    path = folder / "licence_texts.safetensors"
    try:
        content = make(folder.resolve())
    except ModelkinError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        replace_file(path, content)
    except OSError as error:
        print(f"{path} cannot be written: {error.strerror}", file=sys.stderr)
        return 2
    print(f"{len(content):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
