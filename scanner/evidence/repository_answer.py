"""The answer for a scanned repository in one sentence: its code and its model, and what it says of itself.

Verdicts on files and observations meet here. It is loaded for every scan, so what reads models is not. Edit this when
a repository is to be told of otherwise; how observations are worded is in `conclusion`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from ..repository.own_names import plain_name
from ..results import (
    COPIES,
    Attribution,
    Conclusion,
    Direction,
    EvidenceKind,
    FileVerdict,
    Strength,
    UpstreamGrounds,
    UpstreamMatch,
    Verdict,
)
from .conclusion import conclude, counted_words, joined

if TYPE_CHECKING:
    from ..repository.model import Declarations
    from .model_origin import KnownOrigin, ModelOrigins

_MOST_PROJECTS = 3
_MOST_NAMED = 4
_GROUNDS = (Strength.EXACT, Strength.STRONG)
_WEIGHTS = "weights: their values are not read"
_NOT_KNOWN, _NOT_SURE = "who was first is not known", "it is not sure that the code is from there"


class Answered(Struct, frozen=True):
    """What the answer rests on."""

    name: str
    """What the repository is called."""
    files: Sequence[FileVerdict]
    """Of its files at least those that are alike with an upstream,"""
    total: int
    """and how many there are."""
    model: ModelOrigins | None
    """What its model has in common with known ones; None where it is none."""
    said: Declarations
    """What it says of itself."""
    attributions: Sequence[Attribution] = ()
    """From what its copies derive, as the check of their terms takes it, and what speaks against that."""


def answer(asked: Answered) -> Conclusion | None:
    """The answer; None for a source that holds neither code nor a model."""
    model = asked.model if asked.model is not None and asked.model.is_model else None
    if model is None:
        return _of_code(asked) if asked.total else None
    return _of_model(asked, model)


# Code.


class _Project(Struct, frozen=True):
    name: str
    files: tuple[FileVerdict, ...]
    """The files that are copies of it,"""
    matches: tuple[UpstreamMatch, ...]
    """what each has of it,"""
    doubts: tuple[bool, ...]
    """and whether its findings say that it need not be from there."""

    @property
    def how(self) -> str:
        """``2 identical, 3 modified``."""
        verdicts = Counter(each.verdict for each in self.matches)
        return ", ".join(f"{verdicts[each]} {each.value}" for each in COPIES if verdicts[each])

    @property
    def release(self) -> str:
        """The project and, where all files are from one, the release."""
        releases = {each.first_release for each in self.matches}
        return " ".join(filter(None, (self.name, releases.pop() if len(releases) == 1 else "")))

    @property
    def unsettled(self) -> int:
        """For how many of the files it is open or not known who was first."""
        return sum(map(_is_unsettled, self.matches))

    @property
    def doubtful(self) -> int:
        """Of how many of the others something else speaks against it."""
        told = zip(self.matches, self.doubts, strict=True)
        return sum(doubt and not _is_unsettled(match) for match, doubt in told)


def _is_unsettled(match: UpstreamMatch) -> bool:
    return match.direction in (Direction.OPEN, Direction.UNKNOWN)


def _of_code(asked: Answered) -> Conclusion:
    projects = _projects(asked)
    told = "; ".join(_code_words(asked, projects))
    upstreams = tuple(_grounds(each, asked.total) for each in projects)
    return Conclusion(f"{asked.name}: {told}.", upstreams, subject=asked.name)


def _projects(asked: Answered) -> list[_Project]:
    """The other projects that files are copies of, most copied first."""
    own, sources = _own_names(asked), _sources(asked)
    found: dict[str, list[tuple[FileVerdict, UpstreamMatch, bool]]] = {}
    for each in asked.files:
        source = sources.get(each.path)
        match = _copied_from(each, own, source)
        if match is not None:
            is_doubted = source is not None and source.upstream.project == match.project and bool(source.doubt)
            found.setdefault(match.project, []).append((each, match, is_doubted))
    listed = (_Project(name, *map(tuple, zip(*held, strict=True))) for name, held in found.items())
    return sorted(listed, key=lambda each: (-len(each.files), each.name))


def _sources(asked: Answered) -> dict[str, Attribution]:
    """By path, from what each copy derives: of several, the one that it has the code from comes first."""
    return {each.path: each for each in reversed(asked.attributions)}


def _code_words(asked: Answered, projects: Sequence[_Project]) -> Iterator[str]:
    """What the files are, a phrase for each lot of them; the first says of how many."""
    lots = [_copied(each) for each in projects[:_MOST_PROJECTS]]
    further = projects[_MOST_PROJECTS:]
    if further:
        count = sum(len(each.files) for each in further)
        lots.append((count, f"of {len(further):,} more {'projects' if len(further) > 1 else 'project'}"))
    lots += [(count, f"{project}'s own, as released") for project, count in _own(asked.files).items()]
    edited = _edited(asked)
    lots += [(edited, "its own, known from an earlier release")] if edited else []
    fragments = sum(each.verdict is Verdict.FRAGMENTS and bool(each.upstreams) for each in asked.files)
    later = sum(bool(each.later) and not each.upstreams for each in asked.files)
    left = asked.total - sum(count for count, _ in lots) - fragments - later
    if not lots and not fragments and not later:
        yield f"no known upstream was found in its {counted_words(asked.total, 'file')}"
        return
    of_all = f" of {counted_words(asked.total, 'file')}"
    for count, what in lots:
        yield f"{count:,}{of_all} {'is' if count == 1 else 'are'} {_agreeing(what, count)}"
        of_all = ""
    if fragments:
        yield f"{fragments:,}{of_all} {'holds' if fragments == 1 else 'hold'} fragments of known upstreams"
        of_all = ""
    if later:
        yield f"{later:,}{of_all} {'is' if later == 1 else 'are'} older than the known projects with the same code"
    if left > 0:
        yield f"{left:,} {'is' if left == 1 else 'are'} its own, as far as is known"


def _copied(project: _Project) -> tuple[int, str]:
    """Where it is not known of any file who was first, or something speaks against all, none is called a copy."""
    count, unsettled, doubtful = len(project.files), project.unsettled, project.doubtful
    if unsettled + doubtful == count:
        reasons = [_NOT_KNOWN] if unsettled else []
        reasons += [_NOT_SURE] if doubtful else []
        return count, f"alike with {project.release} ({project.how}; {', or '.join(reasons)})"
    doubt = f"; {_NOT_KNOWN} for {unsettled:,}" if unsettled else ""
    doubt += f"; of {doubtful:,} {_NOT_SURE}" if doubtful else ""
    return count, f"copies of {project.release} ({project.how}{doubt})"


def _agreeing(what: str, count: int) -> str:
    return what.replace("copies of", "a copy of", 1) if count == 1 else what


def _own_names(asked: Answered) -> frozenset[str]:
    """What the repository goes by, as names are compared."""
    return frozenset(map(_last_part, (asked.name, *asked.said.names)))


def _last_part(name: str) -> str:
    return plain_name(name.rpartition("/")[2])


def _is_own(match: UpstreamMatch, own: frozenset[str]) -> bool:
    return bool(match.project) and not own.isdisjoint(map(_last_part, filter(None, (match.project, match.package))))


def _copied_from(file: FileVerdict, own: frozenset[str], source: Attribution | None) -> UpstreamMatch | None:
    """The project that a file is a copy of; where that is the repository itself, another's code that came so.

    Of several that hold nearly as much of it, it is the one whose terms the file is held against.
    """
    if file.verdict not in COPIES or file.own_release or not file.upstreams:
        return None
    first, *further = _source_first(file, source.upstream) if source else file.upstreams
    if not _is_own(first, own):
        return first
    return next((each for each in further if each.verdict in COPIES and not _is_own(each, own)), None)


def _source_first(file: FileVerdict, source: UpstreamMatch) -> Iterator[UpstreamMatch]:
    """The file's upstreams; one of them, or of what is as near, leads if it is the ``source``, and copied."""
    near = (each for each in (*file.upstreams, *file.alike) if each.verdict in COPIES)
    yield from (each for each in near if (each.project, each.path) == (source.project, source.path))
    yield from file.upstreams


def _edited(asked: Answered) -> int:
    """How many files are those of an earlier release of the repository's own, and of nobody else."""
    own, sources = _own_names(asked), _sources(asked)
    copies = [each for each in asked.files if each.verdict in COPIES and not each.own_release and each.upstreams]
    mine = (each for each in copies if _is_own(each.upstreams[0], own))
    return sum(_copied_from(each, own, sources.get(each.path)) is None for each in mine)


def _own(files: Iterable[FileVerdict]) -> dict[str, int]:
    """How many files are of each known project, as released."""
    return dict(Counter(each.own_release.rpartition(" ")[0] for each in files if each.own_release).most_common())


def _grounds(project: _Project, count: int) -> UpstreamGrounds:
    return UpstreamGrounds(project.name, (f"code: {project.how}, of {counted_words(count, 'file')}",), (), ())


# Models.


def _of_model(asked: Answered, model: ModelOrigins) -> Conclusion:
    from .model_names import is_of_family
    from .model_naming import naming_of

    main = next((each for each in model.origins if _has_grounds(each)), None) or next(iter(model.origins), None)
    projects = _projects(asked)
    same = [each for each in projects if main and is_of_family(each.name, main.name)]
    others = [each for each in projects if each not in same]
    told: list[str] = []
    upstreams: list[UpstreamGrounds] = []
    if model.itself is not None:
        told.append(_itself(model.itself, model.names))
    if main is not None and (model.itself is None or _has_grounds(main)):
        files = [file for each in same for file in each.files]
        found = conclude("", main.name, files, main.observations, ())
        told.append(found.sentence.removeprefix(": ").removesuffix("."))
        upstreams += found.upstreams
    elif model.itself is None:
        told.append(f"none of {counted_words(model.known, 'known model')} has its {joined(list(model.kinds))}")
    if main is not None and _has_grounds(main):
        told.append(_named(asked, main, naming_of(main.name, model.names, asked.said).name))
    else:
        told += _declared(asked)
    if asked.total and not same:
        told += _code_words(asked, others)
    upstreams += [_grounds(each, asked.total) for each in others]
    return Conclusion(
        f"{asked.name}: {'; '.join(filter(None, told))}.",
        tuple(upstreams),
        tuple(_unknown(asked, model, main)),
        asked.name,
    )


def _has_grounds(origin: KnownOrigin) -> bool:
    """Whether more than a name that was left in a file speaks for it."""
    return any(each.strength in _GROUNDS and "classes" not in each.figures for each in origin.observations)


def _itself(origin: KnownOrigin, names: Iterable[str]) -> str:
    from .model_names import letters

    against = next((each.says for each in origin.observations if each.strength is Strength.COUNTER), "")
    if letters(origin.name) not in map(letters, names):  # "Lantern 2", of which there are several sizes
        release = f"goes by the name of a release that has {origin.name}"
        return f"{release}, and is not that one: {against}" if against else f"{release}, and may be that one"
    if against:
        return f"goes by the name of {origin.name}, which is known otherwise: {against}"
    return f"goes by the name of {origin.name}, which is known, and nothing that was read speaks against it"


def _named(asked: Answered, origin: KnownOrigin, naming: str) -> str:
    """What the repository says of where it is from, held against what was found."""
    names = _card_names(asked)
    match naming:
        case "DECLARED":
            return f"its card or its name says so{_relation(asked)}"
        case "KIN":
            return "it is of that family by its own name"
        case "FAMILY":
            return f"its card names the family, and not {origin.name}"
        case "CONFIGURATION":
            return f"only its configuration names {origin.name}"
    if names:
        return f"its card names {joined(names)}"
    return "its card does not name it" if asked.said.model_cards else "nothing in it names it"


def _declared(asked: Answered) -> Iterator[str]:
    bases = _bases(asked)
    if bases:
        yield f"its card calls {joined(bases)} its base{_relation(asked)}"


def _relation(asked: Answered) -> str:
    """``, by quantized``: what the card says that it is to its base."""
    relation = next((each.relation for each in asked.said.model_cards if each.relation), "")
    return f" ({relation})" if relation else ""


def _bases(asked: Answered) -> list[str]:
    bases = dict.fromkeys(base for card in asked.said.model_cards for base in card.base_models)
    return list(bases)[:_MOST_NAMED]


def _card_names(asked: Answered) -> list[str]:
    """What the card calls its base; else what it credits."""
    credited = (each.project or each.url for card in asked.said.model_cards for each in card.credits)
    return _bases(asked) or list(dict.fromkeys(filter(None, credited)))[:_MOST_NAMED]


def _unknown(asked: Answered, model: ModelOrigins, main: KnownOrigin | None) -> Iterator[str]:
    compared = {each.kind.value for each in main.observations} if main else set()
    for kind in model.kinds:
        if main is not None and kind.replace(" ", "-") not in compared:
            yield f"{kind}: that of {main.name} is not known"
    if EvidenceKind.WEIGHTS.value not in compared:
        yield _WEIGHTS
    if main is not None and not (main.date and model.dated.date):
        yield f"who was first: nothing dates {'these files' if main.date else main.name}"
    known = {each.name for each in model.declared}
    unknown = [] if known else _bases(asked)
    if unknown:
        yield f"{joined(unknown)}: no known model, so not compared"
