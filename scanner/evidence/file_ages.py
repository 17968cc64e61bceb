"""Says who had a file first, and which version of a file a copy equals, by the commits of two git folders.

What a git folder says of dates is a claim: anyone can commit with any date. Edit this when another history than git's
can tell when a content appeared.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from ..dating.git_dates import earliest_day
from ..errors import SourceError
from ..models.config_values import canonical, digest
from ..models.git_contents import BlobChange, changes, content, history_of, versions
from ..models.json_files import MOST_BYTES, base_name, parse_object
from ..results import EvidenceKind, Observation, Region, Relation, Skipped, Strength
from ..sources.checkout import Checkout
from ..sources.git_history import ClosedGit
from ..support.json_text import one_line

SECONDS = 60.0
# Versions that are read to be compared as JSON; ids alone cost nothing.
MOST_READ = 50
_SHORT = 12
_CLAIMS = "the dates of commits are what those who made them say"
_REWRITTEN = "a history that was pushed anew, or a clone that was cut off, begins later than the file"


class Appearance(Struct, frozen=True):
    """When a history first has a content."""

    day: str
    """The ISO date that the commit claims; empty where it is none that can be."""
    path: str
    commit: str
    is_cut: bool = False
    """Whether the commit is one that a shallow clone was cut off at: the content may be older."""


class Version(Struct, frozen=True):
    """One content of a path, and while it was in force."""

    blob: str
    since: str
    """The ISO date of the commit that brought it."""
    until: str
    """The ISO date of the commit that replaced or removed it; empty while it is in force."""


def appearances(source: Checkout, seconds: float = SECONDS) -> dict[str, Appearance]:
    """Of each content in the history of a source, by git's id, the first commit. Raises SourceError."""
    with history_of(source, seconds) as git:
        return first_appearances(changes(git, seconds), git.cut)


def first_appearances(listed: Iterable[BlobChange], cut: frozenset[str] = frozenset()) -> dict[str, Appearance]:
    """Of each content, the earliest of the commits that gave it to a path; undated ones come last."""
    found: dict[str, Appearance] = {}
    for each in listed:
        if not each.blob:
            continue
        seen = Appearance(_day(each), each.path, each.commit, each.commit in cut)
        known = found.get(each.blob)
        if known is None or (seen.day or "9") < (known.day or "9"):
            found[each.blob] = seen
    return found


def who_was_first(
    blobs: Iterable[str], copy: Checkout, original: Checkout, name: str, seconds: float = SECONDS
) -> tuple[Observation, ...]:
    """For each of ``blobs`` that the histories of both sources have, which had it first; or why git cannot tell.

    ``name`` is what reports call the original. Costs at most ``seconds`` for each side.
    """
    try:
        ours, theirs = appearances(copy, seconds), appearances(original, seconds)
    except (SourceError, OSError, ValueError) as error:
        return (_not_compared(name, error),)
    return tuple(
        _order(blob, ours[blob], theirs[blob], name) for blob in dict.fromkeys(blobs) if blob in ours and blob in theirs
    )


def _order(blob: str, ours: Appearance, theirs: Appearance, name: str) -> Observation:
    file = f"{one_line(base_name(ours.path))} (git blob {blob[:_SHORT]})"
    days = [each.day or "at no date" for each in (theirs, ours)]
    where = f"{file}: first committed {days[0]} in {name}, {days[1]} in the copy"
    region = (Region(ours.path, 1, 1),)
    why = (_CLAIMS, _REWRITTEN)
    figures = {"days_apart": _days_apart(theirs.day, ours.day)} if ours.day and theirs.day else {}
    if not figures or ours.day == theirs.day:
        says = f"{where}: who had it first is open"
        return Observation(EvidenceKind.DATES, Relation.IDENTICAL, Strength.NONE, says, name, figures, why, region)
    is_earlier = theirs.day < ours.day
    # Of a side that was cut off, the content may be older than it seems.
    is_open = ours.is_cut if is_earlier else theirs.is_cut
    relation = Relation.EARLIER if is_earlier else Relation.LATER
    strength = Strength.NONE if is_open else Strength.SUPPORTING if is_earlier else Strength.COUNTER
    says = f"{where}: " + (f"{name} had it first" if is_earlier else "the copy had it first")
    says += "; the history of the later one is cut off" if is_open else ""
    return Observation(EvidenceKind.DATES, relation, strength, says, name, figures, why, region)


# Which version of a file a copy equals.


def versions_of(git: ClosedGit, path: str, seconds: float = SECONDS) -> tuple[Version, ...]:
    """The contents that ``path`` had in a history, oldest first, each with its days. Raises GitError."""
    listed: list[BlobChange] = []
    for each in reversed(versions(git, path, seconds)):
        if not listed or listed[-1].blob != each.blob:  # a merge gives the path again what it had
            listed.append(each)
    days = [_day(each) for each in listed]
    spans = zip(listed, days, [*days[1:], ""], strict=True)
    return tuple(Version(each.blob, since, until) for each, since, until in spans if each.blob)


def version_equal_to(
    stored: bytes, path: str, blob: str, original: Checkout, theirs: str, name: str, seconds: float = SECONDS
) -> Observation | None:
    """Which versions of ``theirs`` in the history of the source ``original`` the copy's file at ``path`` equals.

    ``stored`` and ``blob`` are the copy's bytes and the id that git gives them. JSON is compared as JSON where no
    version has the same bytes. None where no version is equal; one that says why where git cannot tell.
    """
    deadline = time.monotonic() + seconds
    try:
        with history_of(original, seconds) as git:
            listed = versions_of(git, theirs, seconds)
            equal = [each for each in listed if each.blob == blob]
            how = "byte by byte"
            if not equal and path.endswith(".json"):
                how, equal = "as JSON", _equal_as_json(stored, path, listed, git, lambda: time.monotonic() < deadline)
    except (SourceError, OSError, ValueError) as error:
        return _not_compared(name, error)
    return _window(path, theirs, name, how, equal, listed) if equal else None


def _equal_as_json(
    stored: bytes, path: str, listed: Sequence[Version], git: ClosedGit, has_time: Callable[[], bool]
) -> list[Version]:
    wanted = json_digest(path, stored)
    found: list[Version] = []
    digests: dict[str, str] = {}
    for each in listed if wanted else ():
        if each.blob not in digests:
            if len(digests) >= MOST_READ or not has_time():
                break
            read = content(git, each.blob, MOST_BYTES)
            digests[each.blob] = json_digest(path, read) if read is not None else ""
        if digests[each.blob] == wanted:
            found.append(each)
    return found


def json_digest(path: str, stored: bytes) -> str:
    """A hash of a JSON object, whatever its layout; empty where it is none."""
    loaded = parse_object(path, stored)
    return "" if isinstance(loaded, Skipped) else digest(canonical(loaded))


def _window(
    path: str, theirs: str, name: str, how: str, equal: Sequence[Version], listed: Sequence[Version]
) -> Observation:
    spans = [f"{each.since or 'an unknown day'} to {each.until or 'now'}" for each in equal]
    only = "one version only" if len(equal) == 1 else f"{len(equal)} versions"
    all_there = f"the {len(listed)} of {one_line(theirs)} in {name}"
    says = f"{one_line(path)} equals {only} of {all_there}, {how}, in force {' and '.join(spans)}"
    strength = Strength.SUPPORTING if len(equal) < len(listed) else Strength.NONE
    figures = {"versions": len(listed), "equal": len(equal)}
    why = (_CLAIMS,) if strength is Strength.SUPPORTING else (_CLAIMS, "the file never changed there")
    region = (Region(path, 1, 1),)
    return Observation(EvidenceKind.DATES, Relation.IDENTICAL, strength, says, name, figures, why, region)


def _not_compared(name: str, error: Exception) -> Observation:
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    says = f"git cannot say when it was committed: {reason}"
    return Observation(EvidenceKind.DATES, Relation.NOT_COMPARED, Strength.NONE, says, name)


def _day(change: BlobChange) -> str:
    return earliest_day([str(each) for each in change.dates])


def _days_apart(earlier: str, later: str) -> int:
    from datetime import date

    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days
