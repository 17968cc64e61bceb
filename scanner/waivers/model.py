"""A waiver: which findings of which place need no answer, and why."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable

from msgspec import Struct

from ..errors import ModelkinError, WaiverError

# Where each line is waived, a setting for the whole path says it better.
MOST_WAIVERS = 1_000


class Waiver(Struct, frozen=True):
    """What stands on ``line`` (1-based) of ``path`` waives the findings of ``rules`` for ``reason``.

    One in a source is about the findings whose lines it stands on and, ``in_header``, about those of the whole file.
    One in a configuration is about the paths that ``glob`` matches, which is empty for one in a source.
    """

    path: str
    line: int
    rules: tuple[str, ...]
    reason: str
    glob: str = ""
    in_header: bool = False

    @property
    def in_source(self) -> bool:
        return not self.glob


class BadWaiver(Struct, frozen=True):
    """A comment on ``line`` (1-based) of ``path`` that is meant as a waiver and waives nothing, and why."""

    path: str
    line: int
    reason: str


class WaiversRead(Struct, frozen=True):
    """The waivers in the comments of some files, and the comments that fail to be one."""

    waivers: tuple[Waiver, ...] = ()
    bad: tuple[BadWaiver, ...] = ()

    def __len__(self) -> int:
        return len(self.waivers) + len(self.bad)


def joined(read: Collection[WaiversRead]) -> WaiversRead:
    """Those of several files together."""
    return WaiversRead(
        tuple(waiver for each in read for waiver in each.waivers), tuple(bad for each in read for bad in each.bad)
    )


def check_rule(rule: str, where: str = "", error: type[ModelkinError] = WaiverError) -> None:
    """Raise ``error`` when there is no such finding to waive; ``where`` names the place in the message."""
    from ..rulebook import finding_rule, finding_rules  # rules are YAML, which few runs need

    if finding_rule(rule) is None:
        place = f"{where}: " if where else ""
        raise error(f"{place}there is no rule {rule!r}{suggestion(rule, [each.id for each in finding_rules()])}")


def suggestion(word: str, known: Iterable[str]) -> str:
    """The nearest of ``known`` as the end of a message, else where to find them all."""
    from rapidfuzz import process

    nearest = process.extractOne(word.lower(), list(known), score_cutoff=60)
    return f"; did you mean {nearest[0]!r}?" if nearest else "; `modelkin rules` lists them"


def check_unrepeated(places: Iterable[tuple[Hashable, str, str]], error: type[ModelkinError] = WaiverError) -> None:
    """Raise ``error`` for two waivers of one place, given as (place, rule, where it stands): which reason holds?"""
    seen: dict[tuple[Hashable, str], str] = {}
    for place, rule, where in places:
        if first := seen.get((place, rule)):
            raise error(f"{where}: {rule} is waived for this place a second time, first at {first}; keep one")
        seen[place, rule] = where
