"""Words the answer for two sources in one sentence: its grounds, what goes with them, and what speaks against.

Exact and strong observations and verdicts on code are grounds; supporting ones are named after them, and alone say no
more than "the same architecture"; what counters is named as speaking against. Nothing is added up, and nobody is
accused. Edit this when a kind of evidence is to be worded otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ..results import (
    COPIES,
    Conclusion,
    EvidenceKind,
    FileVerdict,
    Observation,
    Relation,
    Strength,
    UpstreamGrounds,
    Verdict,
)

_GROUNDS = (Strength.EXACT, Strength.STRONG)
_OF_ARCHITECTURE = (EvidenceKind.CONFIGURATION, EvidenceKind.TENSOR_LAYOUT)
# What these say is of the whole model, so that a counter of theirs makes it another one; a date does not.
_OF_MODEL = (*_OF_ARCHITECTURE, EvidenceKind.TOKENIZER, EvidenceKind.WEIGHTS)
_CODE, LAYOUT = "code", "tensor layout"


def conclude(
    copy: str, original: str, files: Sequence[FileVerdict], observations: Sequence[Observation], unknown: Iterable[str]
) -> Conclusion:
    """The answer for ``copy`` held against ``original``, of which ``files`` and ``observations`` tell."""
    by_strength = {
        strength: [each for each in observations if each.strength is strength]
        for strength in (Strength.EXACT, Strength.STRONG, Strength.SUPPORTING, Strength.COUNTER)
    }
    main = [*by_strength[Strength.EXACT], *by_strength[Strength.STRONG]]
    code, code_after, code_against = _code(files, bool(observations))
    told = UpstreamGrounds(
        original,
        (*code, *map(phrase, main)),
        (*code_after, *map(phrase, by_strength[Strength.SUPPORTING])),
        (*code_against, *map(phrase, by_strength[Strength.COUNTER])),
    )
    if told.grounds:
        nouns = [_code_noun(files)] if code else []
        nouns += [noun(each) for each in main]
        nouns += [LAYOUT for each in by_strength[Strength.SUPPORTING] if is_whole_layout(each)]
        sentence = _with_grounds(copy, told, list(dict.fromkeys(nouns)), by_strength[Strength.SUPPORTING], code_after)
    elif told.supporting:
        sentence = _supported(copy, told, by_strength[Strength.SUPPORTING])
    else:
        sentence = _without(copy, told, files, observations)
    return Conclusion(f"{sentence}.", (told,) if files or observations else (), tuple(unknown))


def _with_grounds(
    copy: str, told: UpstreamGrounds, nouns: list[str], supporting: Sequence[Observation], code_after: Sequence[str]
) -> str:
    layouts = [phrase(each) for each in supporting if is_whole_layout(each)]
    others = [*code_after, *(phrase(each) for each in supporting if not is_whole_layout(each))]
    verb = "are those" if len(nouns) > 1 or nouns[0] == EvidenceKind.WEIGHTS.value else "is that"
    said = f"{copy}: {joined(nouns)} {verb} of {told.project} ({'; '.join([*told.grounds, *layouts])})"
    said += f"; {'; '.join(others)}" if others else ""
    return said + _against(told)


def _supported(copy: str, told: UpstreamGrounds, supporting: Sequence[Observation]) -> str:
    is_whole = not told.counter and any(each.kind in _OF_ARCHITECTURE for each in supporting)
    what = "same architecture as" if is_whole else "in part the same as"
    said = (
        f"{copy}: {what} {told.project} ({'; '.join(told.supporting)}), which says nothing about who has it from whom"
    )
    return said + _against(told)


def _without(
    copy: str, told: UpstreamGrounds, files: Sequence[FileVerdict], observations: Sequence[Observation]
) -> str:
    against = {each.kind for each in observations if each.strength is Strength.COUNTER}
    if against == {EvidenceKind.CONFIGURATION}:
        said = f"{copy} has other sizes than {told.project}: {'; '.join(told.counter)}"
        return f"{said}; this alone does not say that it is not built on it"
    if against.intersection(_OF_MODEL):
        return f"{copy} is another model than {told.project}: {'; '.join(told.counter)}"
    if told.counter:
        return f"{copy}: nothing of {told.project} was found in it; {'; '.join(told.counter)}"
    if observations:
        return f"{copy}: nothing that was compared tells whether it is from {told.project}"
    if files:
        return f"{copy}: nothing of {told.project} was found in its code"
    return f"{copy} and {told.project} have nothing of one kind that could be compared"


def _against(told: UpstreamGrounds) -> str:
    return f"; against it: {'; '.join(told.counter)}" if told.counter else ""


def joined(words: Sequence[str]) -> str:
    """``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


# Code.


def _code(files: Sequence[FileVerdict], has_more: bool) -> tuple[list[str], list[str], list[str]]:
    """What verdicts on files are grounds for, what goes with them, and what speaks against; a phrase each.

    That no code is alike is told where more than code was compared (``has_more``); else it is the answer itself.
    """
    verdicts = Counter(each.verdict for each in files if each.upstreams)
    copies = {verdict: verdicts[verdict] for verdict in Verdict if verdict in COPIES and verdicts[verdict]}
    later = sum(not each.upstreams and bool(each.later) for each in files)
    grounds, after, against = [], [], []
    if copies:
        how = ", ".join(f"{count} {verdict.value}" for verdict, count in copies.items())
        grounds.append(f"code: {how}, of {counted_words(len(files), 'file')}")
    if verdicts[Verdict.FRAGMENTS]:
        after.append(f"code: fragments in {verdicts[Verdict.FRAGMENTS]} of {counted_words(len(files), 'file')}")
    if later:
        against.append(f"code: {counted_words(later, 'file')} older than the original's")
    elif files and has_more and not verdicts.total():
        against.append(f"code: nothing of it in {counted_words(len(files), 'file')}")
    return grounds, after, against


def _code_noun(files: Sequence[FileVerdict]) -> str:
    """``code`` where all files are copies, else of how many of them it is."""
    copies = sum(bool(each.upstreams) and each.verdict in COPIES for each in files)
    return _CODE if copies == len(files) else f"{_CODE} of {copies:,} of {counted_words(len(files), 'file')}"


def counted_words(count: int, thing: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


# Observations.


def noun(each: Observation) -> str:
    """What the sentence says to be the original's."""
    if each.kind is EvidenceKind.HASHES:
        return each.says.partition(":")[0]
    return LAYOUT if each.kind is EvidenceKind.TENSOR_LAYOUT else each.kind.value


def is_whole_layout(each: Observation) -> bool:
    """Whether it says that all tensors of both are laid out alike."""
    is_layout = each.kind is EvidenceKind.TENSOR_LAYOUT and "matched" in each.figures
    return is_layout and each.relation in (Relation.IDENTICAL, Relation.RENAMED)


def phrase(each: Observation) -> str:
    """The figures that an observation turns on; all of what it says, where it has others."""
    figures = {name: int(value) for name, value in each.figures.items()}
    against = each.strength is Strength.COUNTER
    match each.kind:
        case EvidenceKind.HASHES if "files" in figures:
            return f"{each.says.partition(':')[0]}: {counted_words(figures['files'], 'file')} of the same bytes"
        case EvidenceKind.TOKENIZER if "named_same" in figures:
            return _tokens(figures)
        case EvidenceKind.TOKENIZER if "settings" in figures:
            return "tokenizer_config.json equal as JSON"
        case EvidenceKind.TOKENIZER if "classes" in figures:
            return "auto_map still names the original's classes"
        case EvidenceKind.CONFIGURATION if "equal" in figures:
            return _values(each, figures, against)
        case EvidenceKind.TENSOR_LAYOUT if "matched" in figures:
            return _tensors(figures, against)
        case EvidenceKind.TENSOR_LAYOUT if "total_size" in figures:
            return (
                f"the index states the same{' wrong' if each.strength is Strength.STRONG else ''} size of all tensors"
            )
        case EvidenceKind.WEIGHTS:
            return f"weights: {each.says.partition(';')[0]}"
    return each.says


def _tokens(figures: dict[str, int]) -> str:
    if figures["named_of_copy"]:
        return f"{figures['named_same'] or 'none'} of {figures['named_of_copy']} named tokens at the same ids"
    return f"{figures['same']} of {figures['of_copy']} added tokens at the same ids"


def _values(each: Observation, figures: dict[str, int], against: bool) -> str:
    file = each.regions[0].path.rpartition("/")[2] if each.regions else "the configuration"
    both = figures["equal"] + figures["different"]
    if against:
        return f"{figures['different']} of {both} values of {file} differ"
    beyond = f", {figures['beyond']} of them in no known parent" if "beyond" in figures else ""
    return f"configuration equal in {figures['equal']} of {both} values of {file}{beyond}"


def _tensors(figures: dict[str, int], against: bool) -> str:
    matched, larger = figures["matched"], max(figures["names"], figures["names_of_original"])
    if against:
        return f"{matched:,} of {larger:,} tensor names fit ({matched / larger:.2f})"
    renamed = matched - figures["equal"]
    return f"{matched:,} of {larger:,} tensors{f', {renamed:,} renamed' if renamed else ''}"
