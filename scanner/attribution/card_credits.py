"""Credits of READMEs that name another project than the one that a copy is from, where they could be for that copy.

A README speaks for what stands beside and below it, and of what it thanks most is no source of any one file. Edit this
when a README's credit is held against a file that it does not speak of, or one that claims the file is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..notices.model import Credit
from ..repository.lookup import speaks_for_all
from ..repository.model import ModelCard
from ..results import Region
from ..support.lazy import lazy_pattern
from .duties import upstream_region
from .findings import FindingDraft, shortened
from .model import Derivation
from .naming import credits_any, is_for_code, source_of
from .repository_view import RepositoryView

# A list of links, or thanks, do not say that code was taken.
_TAKEN = lazy_pattern(
    r"\b(?:based|buil[dt]s?|adapted|modified|forks?|forked|deriv\w+|ports?|ported|copied|taken|borrow\w*|refactor\w+"
    r"|rewritten|extends?|reus\w+)\b",
    re.IGNORECASE,
)
_ALL = lazy_pattern(
    r"\b(?:this|our|the)\s+(?:[\w-]+\s+){0,2}?(?:project|repo|repository|codes?|code-?base|work|model|implementation"
    r"|library|package|framework|architecture|network)s?\b",
    re.IGNORECASE,
)
_PART = lazy_pattern(
    r"\b(?:demos?|web|ui|gui|apps?|phones?|android|ios|data|dataloaders?|datasets?|eval|evaluation|metrics?|benchmarks?"
    r"|train|training|scripts?|visuali[sz]ation|docs?|documentation|tests?|docker|deploy|deployment|inference|servers?"
    r"|frontend|tokenizers?|loss|losses|templates?|website|pages?|logo|readme|optimizers?|schedulers?|kernels?|utils?)\b",
    re.IGNORECASE,
)
_FILE = lazy_pattern(r"[\w./-]*[\w-]+\.(?:py|ipynb|cu|cpp|c)\b")
_ENDS = lazy_pattern(r"[.!?](?:\s|\Z)|\n\s*\n|\n\s*(?:[-*+]|\d{1,3}[.)])\s")
# A sentence goes on over a few lines.
_LINES_BEFORE = 3


def card_credit_drafts(
    unnamed: Sequence[Derivation], derivations: Sequence[Derivation], repository: RepositoryView
) -> Iterator[FindingDraft]:
    """Findings on the credits of READMEs; of ``unnamed`` no terms are met, and nothing names the source.

    A file's own credit says more of it than a README does, so files with one are left to ``credit_drafts``. A credit
    for what any of ``derivations`` is from is for that one.
    """
    silent = [derivation for derivation in unnamed if not derivation.inner and not derivation.copy.credits]
    explained = [upstream for derivation in derivations for upstream in derivation.listed] if silent else []
    for card in repository.declarations.model_cards if silent else ():
        for credit in card.credits:
            if not is_for_code(credit) or repository.is_own(credit) or credits_any(credit, explained):
                continue
            meant = next((each for each in silent if _could_be_for(credit, card, each.path, repository)), None)
            if meant:
                yield FindingDraft(
                    rule="credit-names-another",
                    region=Region(card.path, credit.first_line, credit.last_line),
                    facts={"credited": shortened(source_of(credit)), "path": card.path},
                    upstream=meant.upstream,
                    upstream_region=upstream_region(meant),
                    group=card.path,
                )


def _could_be_for(credit: Credit, card: ModelCard, path: str, repository: RepositoryView) -> bool:
    """Whether the README stands at or above ``path``, and says that all there, or this very file, was taken."""
    folder = card.path.rpartition("/")[0]
    if not speaks_for_all(repository.declarations, card.path) and not path.startswith(f"{folder}/"):
        return False
    sentence = _sentence(credit, card.text)
    if not _TAKEN.search(sentence):
        return False
    parts = set(re.split(r"[/._-]", path.casefold()))
    if named := _FILE.findall(sentence):
        return any(path.endswith(each.lstrip("./")) for each in named)
    told = [each.casefold() for each in _PART.findall(sentence)]
    return bool(parts.intersection(told)) if told else _ALL.search(sentence) is not None


def _sentence(credit: Credit, text: str) -> str:
    """The sentence of the credit, up to its source, without links; the words of a credit begin in its middle."""
    lines = text.split("\n")[max(credit.first_line - _LINES_BEFORE, 0) : credit.last_line]
    said = "\n".join(lines)
    named = max(said.rfind(each) for each in (credit.url, credit.project) if each)
    before = said[:named] if named >= 0 else said
    starts = [0, *(match.end() for match in _ENDS.finditer(before))]
    return re.sub(r"https?://\S+", " ", before[starts[-1] :])
