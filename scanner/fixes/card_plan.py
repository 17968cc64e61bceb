"""The front matter that a model card lacks, as an edit: what is known is suggested, all else is left to a person.

The card is `README.md` at the root, as the Hub has it. Edit this when another key is to be suggested, or the order of
the steps changes.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping
from typing import NamedTuple

from ..corpus.store import default_corpora
from ..evidence.model_origin import ModelOrigins
from ..repository.declarations import read_declarations
from ..repository.model import Declarations, ModelCard
from ..results import Report
from ..scan_steps import ScanOptions, known_models, model_origins, source_facts
from ..sources.checkout import Checkout
from .card_bases import Bases, find_bases, read_artefacts
from .card_licence import Stated, licence_stated
from .front_matter import MOST_BYTES, values_of, with_values
from .model import Edit, Undone, UnwritableError
from .work_tree import WorkTree, reason

CARD = "README.md"
# Findings that such an edit answers, by the keys it writes. Where one is waived, its key is left alone.
ANSWERED = {
    "base_model": frozenset({"model-card-silent", "derivation-undeclared", "tokenizer-uncredited"}),
    "license": frozenset({"model-card-contradicts"}),
}
_NO_MODEL = "no file of a model stands in this repository: no front matter is suggested"
_RELATION = "base_model_relation"
_MARKED = (
    "it begins with a byte order mark, behind which the Hub's own library sees no front matter: save it without, in "
    "UTF-8"
)


class CardPlan(NamedTuple):
    """The edit of a card, if there is one, and what is left to a person."""

    edit: Edit | None = None
    undone: tuple[Undone, ...] = ()
    answered: frozenset[str] = frozenset()
    """The ids of findings that the edit answers."""
    is_model: bool = True
    """Whether any file of a model stands in the repository, or its README has front matter."""


def plan_card(report: Report, checkout: Checkout, tree: WorkTree, options: ScanOptions) -> CardPlan:
    """What to write into the card of the repository in ``checkout``, whose files ``tree`` holds. Raises CorpusError."""
    said = read_declarations(checkout)
    path = f"{said.root}/{CARD}" if said.root else CARD
    try:
        stored = tree.stored(path, MOST_BYTES + 1)
        if stored is None:
            why = "there is no model card: write one, and run this again" if said.holds_model else _NO_MODEL
            return CardPlan(None, (Undone(path, why),), is_model=said.holds_model)
        values = values_of(stored)
        if values is None and not said.holds_model:
            return CardPlan(None, (Undone(path, _NO_MODEL),), is_model=False)
        wanted = _Wanted(report, said, next((each for each in said.model_cards if each.path == path), None))
        bases, licence = wanted.facts(values or {}, checkout, options)
        return _planned(path, stored, bases, licence, values or {})
    except UnwritableError as error:
        return CardPlan(None, (Undone(path, f"no front matter is suggested: {error}"),))
    except OSError as error:
        return CardPlan(None, (Undone(path, f"it cannot be read: {reason(error)}"),))


class _Wanted(NamedTuple):
    """What the facts are taken from."""

    report: Report
    said: Declarations
    card: ModelCard | None

    def facts(
        self, values: Mapping[str, tuple[str, ...] | None], checkout: Checkout, options: ScanOptions
    ) -> tuple[Bases, Stated]:
        """Of the base and of the licence."""
        origins = self._origins(checkout, options)
        artefacts = read_artefacts(checkout, self.said.root)
        declared = values.get("base_model", ())
        bases = (
            Bases() if self._is_waived("base_model") else find_bases(declared, artefacts, self.said, self.card, origins)
        )
        stated = (values.get(_RELATION) or ("",))[0].lower()
        models = declared or bases.models
        if self._is_waived("license"):
            return bases, Stated()
        return bases, licence_stated(values, self.said, models, stated or bases.relation)

    def _is_waived(self, key: str) -> bool:
        waived = {each.rule for each in self.report.findings if each.suppression}
        return not waived.isdisjoint(ANSWERED[key])

    def _origins(self, checkout: Checkout, options: ScanOptions) -> Callable[[], ModelOrigins | None]:
        def found() -> ModelOrigins | None:
            corpora = default_corpora(options.corpora, required=False)
            facts = source_facts(checkout, self.said, options)
            return model_origins(checkout, self.said, facts, lambda: known_models(options, corpora), options)

        return found


def _planned(
    path: str, stored: bytes, bases: Bases, licence: Stated, values: Mapping[str, tuple[str, ...] | None]
) -> CardPlan:
    wanted, told = dict(licence.values), [f"{', '.join(licence.values)} ({licence.by})"] if licence.values else []
    left = [*bases.left, *licence.left]
    if bases.models:
        wanted["base_model"] = bases.models
        told.append(f"base_model ({bases.by})")
    present = values.get(_RELATION, ())
    if not present and bases.unclear:
        left.append(f"{_RELATION}: {bases.unclear}")
    elif present == () and bases.relation:
        wanted[_RELATION] = (bases.relation,)
        told.append(f"{_RELATION} ({bases.relation_by})")
    elif bases.relation and present != (bases.relation,):
        left.append(
            f"{_RELATION}: the card has another, and {bases.relation_by} says {bases.relation}: look which is right"
        )
    if stored.startswith(codecs.BOM_UTF8):
        left.append(_MARKED)
    undone = tuple(Undone(path, each) for each in left)
    after = with_values(stored, wanted) if wanted else stored
    if after == stored:
        return CardPlan(None, undone)
    answered = frozenset(rule for key in wanted for rule in ANSWERED.get(key, ()))
    return CardPlan(Edit(path, stored, after, "; ".join(told)), undone, answered)
