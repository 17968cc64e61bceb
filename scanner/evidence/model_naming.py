"""How a repository names a known model: as what it is built on, by its family alone, where only tools look, or not.

Edit this when a repository can say in one more place what it is from.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from ..repository.model import Declarations
from .model_names import any_model, any_of_family, is_model, names_family, names_model

NAME_KEY = "_name_or_path"


class Naming(Enum):
    """How a repository names a known model."""

    DECLARED = auto()
    """As its base, in its card; or it is the model, by its own name."""
    KIN = auto()
    """By its own name it is of the model's family."""
    FAMILY = auto()
    """Its card names the family: it has the first word of the model's name."""
    CONFIGURATION = auto()
    """In its configuration alone, where tools read it, and hardly a person."""
    NOT = auto()


def naming_of(origin: str, names: Sequence[str], declarations: Declarations) -> Naming:
    """How a repository that goes by ``names`` names the model ``origin``."""
    cards = declarations.model_cards
    bases = [base for card in cards for base in card.base_models]
    if any_model((*names, *bases), origin) or any(names_model(card.text, origin) for card in cards):
        return Naming.DECLARED
    if any_of_family(names, origin):
        return Naming.KIN
    if any_of_family(bases, origin) or any(names_family(card.text, origin) for card in cards):
        return Naming.FAMILY
    if any(each.key == NAME_KEY and is_model(each.repository, origin) for each in declarations.leftovers):
        return Naming.CONFIGURATION
    return Naming.NOT
