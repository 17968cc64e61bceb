"""What a source hid, by rules that counted, and what it asked for in vain: counted here, and told in every report.

Edit this when one more thing can hide something, or can be asked for and refused. `trust` decides which of both it is.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from .findings import Finding
from .settings import SETTINGS
from .sources import LeftOut
from .sources.specs import split_path
from .statements.brought import PROJECT_CORPUS, Brought
from .trust import Trust, is_of_another
from .waivers import WaiversRead, joined


def held_back(findings: Sequence[Finding], baseline: Path | None) -> Iterator[LeftOut]:
    """How many findings are waived, by each place where that may stand, and how many the baseline knows."""
    waived = (each.suppression for each in findings if each.suppression)
    places = Counter("comments" if each.in_source else each.path for each in waived)
    for place, count in sorted(places.items()):
        yield LeftOut("findings waived", place, count)
    if known := sum(each.known and not each.suppression for each in findings):
        yield LeftOut("findings known", str(baseline), known)


def unselected(counts: Mapping[str, int], file: str, keys: Collection[str]) -> Iterator[LeftOut]:
    """What the settings ``keys`` of ``file`` left out; what the command line leaves out, its user knows."""
    for each in SETTINGS:
        if each.hides and counts.get(each.key) and each.key in keys:
            yield LeftOut(each.hides, file, counts[each.key])


def obeyed(read: Iterable[WaiversRead], root: str, trust: Trust) -> WaiversRead:
    """Of the waivers in the files of the source ``root``, of each file apart, those that count."""
    if trust is not Trust.WORKING_TREE:
        return WaiversRead()
    return joined([each for each in read if not _is_of_another(root, each)])


def _is_of_another(root: str, read: WaiversRead) -> bool:
    """Whether waivers, which are of one file, stand in a repository inside the working tree, which has no say in it."""
    top, _ = split_path(root)
    return any(is_of_another(top, each.path) for each in (read.waivers or read.bad)[:1])


def asked_in_vain(files: Sequence[LeftOut], waivers: int, ignore_rules: Sequence[LeftOut]) -> tuple[LeftOut, ...]:
    """All that a source asks for and does not get: by files for modelkin, in its comments, by its ignore rules."""
    return (*files, *([LeftOut("waivers", "comments", waivers)] if waivers else []), *ignore_rules)


def not_obeyed(
    brought: Iterable[Brought], root: str, trust: Trust, settings: tuple[str, Collection[str]], named: Iterable[Path]
) -> tuple[LeftOut, ...]:
    """What the files that the source ``root`` brings for modelkin ask for and do not get.

    ``settings`` is a file of settings and its keys that count; ``named`` are the corpora and the baseline that the user
    named. A baseline that lies unused in the user's own working tree is not worth a word.
    """
    file, keys = os.path.realpath(settings[0]), settings[1]
    used = set(map(os.path.realpath, named))
    found = []
    for each in brought:
        real = os.path.realpath(os.path.join(root, each.path))  # noqa: PTH118 - names need not be UTF-8
        if each.is_settings:
            counting = keys if real == file else ()
            left = 1 if each.keys is None else sum(key not in counting for key in each.keys)
            found += [LeftOut("settings", each.path, left)] if left else []
        elif real not in used:
            what = "corpora" if each.path.endswith(PROJECT_CORPUS) else "baselines"
            found.append(LeftOut(what, each.path, 1))
    return tuple(each for each in found if trust is Trust.ISOLATED or each.what != "baselines")
