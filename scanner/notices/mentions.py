"""What a header names as licences beside the common ones, and of what it says each: of this file, or of other things.

Edit this when a licence that its rule has under ``names`` is not read in a header, or when one that is said of models,
of what the file was made from, or of nothing, is taken for the file's. Only the sentence around a name is read, and the
heading of the list that it stands in. Common names have patterns of their own, in `licence_phrases.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache
from itertools import islice

from msgspec import Struct

from ..support.lazy import lazy_pattern
from .header import Header
from .licence_phrases import COMMON, Wording

# A name holds such a word, or follows such words.
_ANCHOR = lazy_pattern(r"\b(?:licen[cs]es?|agreement|rail(?:-\w\+?\+?|\+\+-\w)?|terms[\s-]of[\s-]use)(?![\w])")
_NAME_LEAD = lazy_pattern(
    r"(?:\b(?:licen[cs]ed|released|distributed|available|published|provided|covered|governed|subject|accordance|made)"
    r"(?: [a-z]+){0,3}? (?:under|by|to|with)(?: the)?(?: terms?(?: and conditions?)? of)?(?: the| an?)? |"
    r"\blicen[cs]e ?: )".replace(" ", r"\s{1,6}").replace(r"\s{1,6}?", r"\s{0,6}")
)
_WORDS = lazy_pattern(r"\S+")
# How many words of a name stand before and after its anchor, and how many characters are looked at for them.
_WORDS_BEFORE, _WORDS_AFTER, _NAME_REACH = 9, 5, 110
_MOST_ANCHORS = 24
# A name of one word that nobody has a rule for, or a very short one, is a word like others.
_LEAST_LETTERS = 7
# Where a name cannot go on.
_NAME_END = lazy_pattern(r"[.;](?=\s)|\n\s*\n|\n\s*[-*|]\s")
# A name that nobody knows: capitalised words up to "License", after words that put something under it.
_UNKNOWN = lazy_pattern(
    r"(?:[Ll]icen[cs]ed|[Rr]eleased|[Dd]istributed|[Pp]ublished|[Pp]rovided|[Aa]vailable|[Gg]overned|[Aa]ccordance)"
    r"\s{1,6}(?:under|by|with)\s{1,6}(?:the\s{1,6})?(?:terms\s{1,6}of\s{1,6}(?:the\s{1,6})?)?"
    r"(?P<name>(?:[A-Z0-9][\w.+-]{0,30}\s{1,6}){1,6}?(?:L(?:icen[cs]e|ICEN[CS]E)|Terms)(?![\w.-]*\w)"
    r"(?:\s{1,6}(?:Agreement|AGREEMENT))?(?:,?\s{1,6}(?:[Vv]ersion\s{1,6}|v)?\d(?:\.\d)?(?![\w]))?)"
    r"|\b[Ll]icen[cs](?:e|ing\s[Tt]erms)\s?:[^\S\n]{1,6}(?P<label>(?:[A-Z][\w.+'-]{0,30}[^\S\n]{1,4}){1,5}?[Ll]icen[cs]e"
    r"(?:[^\S\n]{1,4}(?:[Vv]ersion[^\S\n]{1,4}|v)?\d(?:\.\d)?)?)[^\S\n]{0,6}(?=\n|\.\s|\Z)"
)
# These make no name: "the Same License", "the Open Source License".
_NO_NAMES = frozenset(
    "same open source original following this that project software above file custom standard".split()
)
_NOISE = frozenset("license licence agreement version the terms".split())

# How far from a name its sentence is read.
_REACH = 320
# How far above an item the heading of its list may stand.
_FAR = 3_000
_MOST_ITEMS = 60

# A line that begins like a notice begins a sentence, whatever the line above ends with.
_SENTENCE_END = lazy_pattern(
    r"(?<!\bv)(?<!\binc)(?<!\bltd)(?<!\bco)(?<!\be\.g)(?<!\bi\.e)[.!?;]\s+(?=\S)|\n\s*\n|\n\s{0,8}[-*\u2022|]\s"
    r"|\n(?=this\s{1,3}(?:source\s{1,3})?(?:code|file|software|script|program|module)\b|copyright\b|\(c\)|licen[cs]e\s?:)"
)
_ITEM = lazy_pattern(r"\s*(?:[-*\u2022|]|\d{1,2}[.)])\s|\s*\|")
_CODE = (
    r"codes?|codebase|files?|software|sources?|scripts?|modules?|implementations?|program|packages?|librar(?:y|ies)|"
    r"nodes?|project|repo(?:sitory)?|plugin|extension|snippet|toolkit|notebook|header|work"
)
_OTHER = (
    r"weights?|checkpoints?|data\s?sets?|corpus|corpora|fonts?|voices?|embeddings|"
    r"models(?=[^.;]{0,90}\b(?:are|licen[cs]ed|released|under)\b)|model\s+(?:parameters|is|was|licen[cs]e)"
)
_THINGS = lazy_pattern(rf"\b(?:(?P<code>{_CODE})|(?P<other>{_OTHER}))\b")
_OTHER_THAT = lazy_pattern(rf"\b(?:{_OTHER})\b(?:\W+\w+){{0,4}}?\W+(?:which|that)\b[^.;]{{0,60}}\Z")
_HEADING_OTHER = lazy_pattern(
    rf"\b(?:{_OTHER}|models?|data|backbones?|dependenc(?:y|ies)|third[ -]part(?:y|ies)|components?|acknowledg\w+)\b"
)
_HEADING_CODE = lazy_pattern(r"\b(?:this|the|our) (?:source )?(?:code|file|software|script|module|node)\b")
_NEGATED = lazy_pattern(
    r"(?:\bnon[\s-]\Z|\b(?:no|not|never|neither|nor|without|cannot|isn't|aren't|wasn't|unlike|instead\s+of|rather\s+than|free\s+of|"
    r"other\s+than|avoid\w*|replac(?:es?|ed|ing|ement)|alternatives?\s+to|in\s?compatible|compatible|relicen[cs]ed\s+from|"
    r"conflicts?\s+with|formerly|previously|used\s+to\s+be)\b(?P<between>[^.;\u2013\u2014]{0,70})\Z)"
)
# "You may not use it except under the X", "without warranty, under the X", "not only", "no later than".
_NO_NEGATION = lazy_pattern(
    r"\s-\s|[,:]\s*(?:but\s+)?(?:this|it|we|our|the\s+(?:code|file))\b|(?<!following\s)licen[cs]e\s*:\s|\b(?:except|unless|rights|copyright|remove|edit|modify|delete|warrant\w*|only|later|but|however|restrictions?|limitations?|liab\w+|may|now|relicen[cs]ed\s+(?:under|to|as)|"
    r"is\s+released|are\s+released|is\s+licen[cs]ed|are\s+licen[cs]ed)\b"
)
_UNLIKE = lazy_pattern(r"\b(?:unlike|instead\s+of|rather\s+than|in\s+contrast\s+to)\b(?P<between>[^.;]{0,90})\Z")
_NEGATED_AFTER = lazy_pattern(
    r"[\s-]*(?:compatib\w+|incompatib\w+|free\b(?!\s+software))"
    r"|(?:[^.;\n]|\.\d){0,40}?\b(?:is|are)\s+(?:incompatible|not\s+compatible)\s+with\s+(?:this|the|our)\b"
    r"|(?:[^.;\n]|\.\d){0,20}\b(?:and|but)\s+(?:is\s+|are\s+|was\s+)?(?:now|since)\s+(?:re)?(?:licen[cs]ed|distributed|released|under)\b"
    r"|(?:\s+(?:licen[cs]ed|code|software|dependenc(?:y|ies)|projects?|libraries)){0,2}\s+(?:is|are|does|do|was)\s+not\b"
)
# The last thing before a name, "weights licensed under", "Weights: ", whatever the sentence begins with.
_OTHER_AT_LAST = lazy_pattern(
    rf"\b(?:{_OTHER})\s*(?::\s*|(?:(?:is|are|which|that)\s+){{0,2}}(?:licen[cs]ed|released|available|distributed)\b[^.;]{{0,30}})"
    r"\s*\Z"
)
# What is asked, or may be so, is not said.
_ASKED = lazy_pattern(
    r"\bwhether\b(?:[^.;]|\.\d){0,90}\Z|\b(?:may|might|could)\s+be\s+(?:under\s+)?(?:the\s+|an?\s+)?\Z"
)
# What something was trained on.
_TRAINED = lazy_pattern(r"\b(?:pre-?)?(?:train|fine-?tun|evaluat)ed\s+(?:\w+\s+)?(?:on|with|using)\b[^.;]{0,80}\Z")
# A name may have been found with the verb before it.
_LEAD = lazy_pattern(r"licen[cs]ed?\s+(?:under\s+)?(?:the\s+)?(?:terms\s+of\s+(?:the\s+)?)?(?=\S)")
_OF_ORIGINAL = lazy_pattern(
    r"\b(?:adapted|adaptation|modified\s+from|based\s+(?:up)?on|deriv(?:ed|ative)|cop(?:y|ied)|borrowed|taken|ported|port\s+of|"
    r"originally|original|vendored|inspired|forked|fork\s+of|portions?|parts?\s+of|some\s+of|sourced|simplified|extracted|"
    r"(?:includes?|contains?|incorporates?)\s+(?:\w+\s+){0,3}?(?:code|portions?|parts?|functions?)\s+(?:that\s+is\s+)?under|"
    r"from\s+https?:|upstream|reference\s+implementation|third[\s-]party)\b"
)
_ORIGINAL_AFTER = lazy_pattern(
    r"[^.;\n]{0,40}?\b(?:licensed|license)\s+(?:code|implementation|impl|original)\s+(?:at|from|by)\b"
)
_OF_FILE = lazy_pattern(
    r"\b(?:the\s+rest|everything\s+else|all\s+else)(?:\s+of\s+(?:\w+\s+){1,3})?\s*(?:is|are)\b[^.;]{0,40}\Z|"
    rf"\b(?:this|the|our|all|its|these)\s+(?:\w+\s+){{0,3}}?(?:{_CODE})\b[^.;]{{0,160}}?"
    r"\b(?:under|by|licen[cs]ed?|is|are|subject|accordance|with)\b[^.;]{0,80}\Z"
)
# "antlr4 is licensed under": what is said of another thing, by its name.
_OF_NAMED = lazy_pattern(
    rf"(?<![\w.-])(?!(?:{_CODE}|it|this|that|which|and|all|version|release|distribution)\s)[\w.+-]+\s+(?:is|are|was)\s+"
    r"(?:released|licen[cs]ed|distributed|available|published|used)\s+(?:under|in)\s+(?:the\s+)?(?:terms\s+of\s+(?:the\s+)?)?\Z"
)
_OF_LIBRARY = lazy_pattern(
    r"\bthe\s+(?!source|following|original|above|present|whole|entire)[\w.+-]+\s+(?:library|package|project|program|software)\s+"
    r"(?:is|are|was)\s+(?:(?:dual[\s-])?(?:released|licen[cs]ed|distributed|available)\s+(?:under|in)\s+(?:the\s+)?)?\Z"
)
_AT_ONCE = lazy_pattern(
    r"(?:all\s+rights\s+reserved\W*)?(?:dual[\s-])?(?:licen[cs]ed|released|distributed|published|provided|covered|governed|"
    r"available|subject|use\s+of\s+this|licen[cs]es?|spdx)\b[^.;]{0,60}\Z"
)


class Subject(IntEnum):
    """Whose licence a header names, the surest of this file's last."""

    NOBODYS = 0
    """It is denied, or only compared with."""
    OTHERS = 1
    """That of models, weights or data."""
    ORIGINALS = 2
    """That of what the file, or a part of it, was made from."""
    SOMEBODYS = 3
    """No word says whose."""
    FILES = 4
    """That of this file, or of all code."""


class _Named(Struct, frozen=True):
    """The licence that words name, and the first and last of these words."""

    licence: str
    first: int
    last: int


def listed_names(header: Header) -> Iterator[Wording]:
    """Every place that names a licence which rules or the SPDX list know, in no order."""
    folded = header.folded
    if "licen" not in folded and "rail" not in folded and "agreement" not in folded and "terms of use" not in folded:
        return
    for anchor in islice(_ANCHOR.finditer(folded), _MOST_ANCHORS):
        begin = max(anchor.start() - _NAME_REACH, 0)
        before = [(begin + match.start(), match[0]) for match in _WORDS.finditer(folded[begin : anchor.start()])]
        words = [*before[-_WORDS_BEFORE:], *_words_at(folded, anchor.start())]
        yield from _wording(words, min(len(before), _WORDS_BEFORE))
    for lead in islice(_NAME_LEAD.finditer(folded), _MOST_ANCHORS):
        yield from _wording(_words_at(folded, lead.end()), 0)


def unknown_names(header: Header) -> Iterator[Wording]:
    """Names of licences that nothing is known of, as an id of our own: "LicenseRef-Lamp-1.0" of "Lamp License 1.0"."""
    for match in islice(_UNKNOWN.finditer(header.text), _MOST_ANCHORS):
        group = "name" if match["name"] else "label"
        words = [word.strip(".,") for word in match[group].split()]
        kept = [word for word in words if word.lower() not in _NOISE]
        if kept and not all(word.lower() in _NO_NAMES for word in kept):
            name = "-".join(re.sub(r"[^A-Za-z0-9.-]", "", word) for word in kept)
            yield Wording(f"LicenseRef-{name}", match.start(group), match.end(group))


def _words_at(folded: str, start: int) -> list[tuple[int, str]]:
    """The words from a place on, as many as a name may have, up to where it must end."""
    part = folded[start : start + _NAME_REACH]
    if end := _NAME_END.search(part):
        part = part[: end.start()]
    return [(start + match.start(), match[0]) for match in _WORDS.finditer(part)]


def _wording(words: list[tuple[int, str]], anchor: int) -> Iterator[Wording]:
    """The longest name that holds the word of that number."""
    named = _longest_name(tuple(word for _, word in words[: anchor + _WORDS_BEFORE]), anchor)
    if named:
        place, word = words[named.last]
        yield Wording(named.licence, words[named.first][0], place + len(word.rstrip(".,;:)")))


@lru_cache(maxsize=2048)
def _longest_name(words: tuple[str, ...], anchor: int) -> _Named | None:
    """Files of one project say the same: each saying is looked up once."""
    from ..licences.licence_names import name_key
    from ..licences.table import shipped_table
    from ..rulebook.loader import licence_rule

    names, keys = shipped_table().names, [name_key(word) for word in words]
    lasts = range(min(anchor + _WORDS_AFTER, len(words)) if anchor else len(words), anchor, -1)
    spans = sorted(((first, last) for first in range(anchor + 1) for last in lasts), key=lambda span: span[0] - span[1])
    for first, last in spans:
        key = "".join(keys[first:last])
        licence = names.get(key) if key else None
        if not licence:
            continue
        is_long = len(key) >= _LEAST_LETTERS and sum(map(bool, keys[first:last])) > 1
        if is_long or (licence not in COMMON and licence_rule(licence)):
            return _Named(licence, first, last - 1)
    return None


def subject_of(folded: str, wording: Wording) -> Subject:
    """Whose the licence is that stands there, by the sentence around it."""
    before, after = _sentence(folded, wording)
    if _is_denied(before, after):
        return Subject.NOBODYS
    if _is_of_others(folded, wording, before, after):
        return Subject.OTHERS
    if _OF_ORIGINAL.search(before) or _ORIGINAL_AFTER.match(after):
        return Subject.ORIGINALS
    if _OF_NAMED.search(before) or _OF_LIBRARY.search(before):
        return Subject.ORIGINALS if _OF_ORIGINAL.search(folded) else Subject.OTHERS
    if _OF_FILE.search(before) or _AT_ONCE.match(before.lstrip()):
        return Subject.FILES
    return Subject.SOMEBODYS


def says_this_file(folded: str, wording: Wording) -> bool:
    """Whether the sentence says in so many words that this file, or this code, is under the licence named there."""
    return subject_of(folded, wording) is Subject.FILES and _OF_FILE.search(_sentence(folded, wording)[0]) is not None


def _sentence(folded: str, wording: Wording) -> tuple[str, str]:
    """What stands in the sentence before the name, and after it."""
    lead = _LEAD.match(folded, wording.start, wording.end)
    start = lead.end() if lead else wording.start
    before = folded[max(start - _REACH, 0) : start]
    last = 0
    for match in _SENTENCE_END.finditer(before):
        last = match.end()
    after = folded[wording.end : wording.end + _REACH]
    end = _SENTENCE_END.search(after)
    return before[last:], after[: end.start()] if end else after


def _is_denied(before: str, after: str) -> bool:
    if _NEGATED_AFTER.match(after) or _ASKED.search(before):
        return True
    found = (_UNLIKE.search(before), *_negations(before))
    return any(match and not _NO_NEGATION.search(match["between"] or "") for match in found)


def _negations(before: str) -> Iterator[re.Match[str]]:
    """Each word that denies what ends there: "unlike the others, this file is not under"."""
    match = _NEGATED.search(before)
    while match:
        yield match
        match = _NEGATED.search(before, match.start() + 1)


def _is_of_others(folded: str, wording: Wording, before: str, after: str) -> bool:
    """Whether it is said of models, weights or data: in its sentence, or by the heading of its list or table."""
    headings = "\n".join(_headings(folded, wording.start))
    if _HEADING_OTHER.search(headings) and not _HEADING_CODE.search(headings):
        return True
    if _OTHER_THAT.search(before) or _TRAINED.search(before) or _OTHER_AT_LAST.search(before):
        return True
    first = _THINGS.search(before) or _THINGS.search(after[:60])
    return bool(first and first["other"])


def _headings(folded: str, place: int) -> Iterator[str]:
    """What may be the heading of the list or table that a place stands in: lines above items, and with a colon."""
    *lines, last = folded[max(place - _FAR, 0) : place].split("\n")
    in_list, below = _ITEM.match(last) is not None, last
    for line in reversed(lines[-_MOST_ITEMS:]):
        is_item = _ITEM.match(line) is not None
        if below.startswith("|") and not line.startswith("|"):
            yield below
        below = line
        if not line.strip():
            if not in_list:
                return
        elif line.rstrip().endswith(":"):
            yield line
            return
        elif in_list and not is_item:
            yield line
        in_list = is_item or (in_list and not line.strip())
    if below.startswith("|"):
        yield below
