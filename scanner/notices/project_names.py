"""Whether what a header names as its source is a certain project, by any of the names that project gives itself.

Edit this when a source is taken for a project that it does not name, or the name of one is missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from ..support.lazy import lazy_pattern
from .holders import holders as holders_in
from .holders import squeezed

# No source or name is so long; what is beyond is not read.
_MOST_CHARACTERS = 2_000
_MOST_SOURCES = 50
# A shorter name is found in prose by chance, and shorter ones still are nobody's alone.
_LEAST_IN_PROSE = 4
_LEAST_LETTERS = 3

_ADDRESS = lazy_pattern(
    r"(?:(?:https?|ssh|git)://|git@|www\.)(?:[^\s/@:]{1,100}@)?(?P<host>[^\s/:@]{1,100})[/:]"
    r"(?:(?:spaces|datasets|models|project)/)?(?P<first>[\w.-]{1,100})(?:/(?P<second>[\w.-]{1,100}))?[^\s]*",
    re.IGNORECASE,
)
_REPOSITORY = lazy_pattern(r"(?<![\w./-])(?P<owner>[\w.-]{1,100})/(?P<name>[\w.-]{1,100})(?![\w/-])")
_FROM = lazy_pattern(
    r"\b(?:from|by|of|on)\s+(?:the\s+)?[\"'`]?(?P<name>[\w.-]{1,100}?)[\"'`]?(?=$|[,;:)]|\.?\s|\.$)", re.IGNORECASE
)
# "Adapted from B, which adapts A" names A as well.
_FURTHER = lazy_pattern(
    r"\b(?:which|that|who|itself|in\s+turn)\b(?:\s+(?:is|was|are|were|has|been|itself|in\s+turn|also|mainly|largely|"
    r"heavily|originally))*\s+(?:adapts?|adapted|ports?|ported|modifies|modified|copies|copied|takes?|taken|derives?|"
    r"derived|based|builds?|built|borrows?|borrowed|comes?|extends?|forks?|forked|follows?)\b"
    r"(?:\s+(?:code|files?|parts?))?(?:\s+(?:from|on|upon|of|by|off))?(?:\s+(?:top\s+of|the|an?|official|original))*\s+"
    r"[\"'`]?(?P<name>https?://[^\s,;)\"'`]+|[\w.-]+/[\w.-]+|[A-Z][\w+-]*(?:\.[\w+-]+)*)"
)
_FILE = lazy_pattern(r"\.(?:pyi?|ipynb|md|txt|rst|cu|cpp|h)\Z", re.IGNORECASE)
# A folder that a branch or release was unpacked into.
_UNPACKED = lazy_pattern(r"[-_](?:main|master|dev|v?\d+(?:\.\d+)*(?:\.?(?:post|rc|dev|a|b)\d*)?)\Z", re.IGNORECASE)
# Names that any project's folder or package may have: alone they are nobody's.
_GENERIC = frozenset(
    "app application attention backbone backbones benchmark bench build client code common config configs copy core "
    "data dataset datasets demo demos dist download downloads eval evaluation example examples experiments "
    "implementation inference init language layer layers lib libs library llm main master model modeling models "
    "module modules net nets network networks new official old ops original our ours package paper project projects "
    "python pytorch release releases repo repos repository research run sample samples script scripts server site "
    "source sources src temp test tests thirdparty tmp tool tools torch train trainer training util utils vendor "
    "version vision work workspace".split()
)


class _Named(Struct, frozen=True):
    """A project as a text names it, its letters alone; ``owner`` is empty where none is given."""

    owner: str
    name: str

    @property
    def is_somebodys(self) -> bool:
        """Whether the name alone tells whose project it is."""
        return len(self.name) >= _LEAST_LETTERS and self.name not in _GENERIC and not self.name.isdigit()


def names_project(sources: Sequence[str], names: Iterable[str], holders: Iterable[str]) -> bool:
    """Whether one of ``sources``, as the header of a file gives them, is the project that goes by ``names``.

    ``sources`` are addresses, "org/repo", names and phrases ("Adapted from TideFormer"); ``names`` are those of
    metadata, folders and remotes, as addresses, "org/repo" or words. ``holders`` are copyright lines, or holders, of a
    file of the project: a source in a repository of theirs is meant, unless ``names`` say that theirs is another.
    """
    ours = {each for name in names for each in _ours(name)}
    owners = _owners(holders) - {each.owner for each in ours if each.owner}
    said = [each for source in sources[:_MOST_SOURCES] for each in _named_in(source[:_MOST_CHARACTERS])]
    if any(each.owner in owners for each in said if each.owner):
        return True
    alone = {each.name for each in ours if each.is_somebodys}
    return any(each in ours if each.owner else False for each in said) or any(each.name in alone for each in said)


def second_hand(words: str) -> tuple[str, ...]:
    """What the sources in the words of a credit are themselves said to be from: addresses, or names of projects."""
    found = (match["name"].rstrip(".,;:") for match in _FURTHER.finditer(words[:_MOST_CHARACTERS]))
    return tuple(dict.fromkeys(name for name in found if len(name) > 2))


def _ours(name: str) -> Iterator[_Named]:
    name = name.strip()[:_MOST_CHARACTERS]
    found = list(_addressed(name)) or list(_repositories(name)) or [_Named("", name)]
    for each in found:
        bare = each.name.removesuffix(".git")
        for spelled in (bare, _UNPACKED.sub("", bare)):
            if squeezed(spelled):
                yield _Named(squeezed(each.owner), squeezed(spelled))


def _owners(holders: Iterable[str]) -> set[str]:
    names = (squeezed(holder) for line in holders for holder in holders_in(line))
    return {name for name in names if len(name) > _LEAST_IN_PROSE}


def _named_in(source: str) -> Iterator[_Named]:
    """What one source names: addresses first, then "org/repo", then a name alone, or after "from"."""
    rest = _ADDRESS.sub(" ", source)
    found = [*_addressed(source), *_repositories(rest)]
    words = _REPOSITORY.sub(" ", rest).strip(" .,:;()\"'`")
    if words and not re.search(r"\s", words):
        found.append(_Named("", re.split(r"[./]", words)[0] if _is_place(words) else words))
    else:
        found += [_Named("", match["name"]) for match in _FROM.finditer(words)]
        found = [each for each in found if each.owner or len(squeezed(each.name)) >= _LEAST_IN_PROSE]
    for each in found:
        yield _Named(squeezed(each.owner), squeezed(each.name.removesuffix(".git")))


def _is_place(words: str) -> bool:
    """Whether a word is a path or a dotted module, which begins with the package."""
    return "/" in words or words.count(".") > 1 or _FILE.search(words) is not None


def _addressed(text: str) -> Iterator[_Named]:
    for match in _ADDRESS.finditer(text):
        first, second = match["first"], match["second"] or ""
        yield _Named(first, second) if second else _Named("", first)


def _repositories(text: str) -> Iterator[_Named]:
    for match in _REPOSITORY.finditer(text):
        if not _FILE.search(match["name"]):
            yield _Named(match["owner"], match["name"].rstrip("."))
