"""The one original that a user named to compare with: what a copy has in common with it, code and all else together.

Edit this when a comparison takes in one more thing. It is loaded for every comparison, so what reads models is loaded
only where both sides hold one.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from msgspec import Struct

from ..errors import SourceError
from ..repository.own_names import project_name
from ..results import Conclusion, FileVerdict, Observation, Skipped
from ..sources import open_source
from ..sources.checkout import Checkout
from ..sources.specs import WEIGHT_SUFFIXES, split_name

if TYPE_CHECKING:
    from .two_models import Evidence, ModelRead


class Beside(Struct, frozen=True):
    """What a comparison found beside the code, and its answer."""

    observations: tuple[Observation, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    conclusion: Conclusion | None = None
    is_model: bool = False
    """Whether the copy holds a file of a model."""


NOT_COMPARED = Beside()


class Original(Struct, frozen=True):
    """What a copy is held against."""

    name: str
    """What reports call it."""
    checkout: Checkout | None
    """The opened source; None for a corpus, which is compared with by its code alone."""
    parents: Sequence[str] = ()
    """Sources of models that both may be built on, each also as ``NAME=SOURCE``."""
    weight_bytes: int | None = None
    """How many bytes of values of weights may be read of each side; None: none are."""
    deep: bool = False
    """Whether more of some matrices is read, for rank and moved units."""

    def beside(self, copy: Checkout, names: Sequence[str], files: Sequence[FileVerdict]) -> Beside:
        """What ``copy``, which goes by ``names``, has in common with it beside the code, and what with its ``files``.

        Raises SourceError for a parent that cannot be opened or holds no model.
        """
        if self.checkout is None:
            return NOT_COMPARED
        from .conclusion import conclude  # not for scans, which compare with no one source

        name, own = project_name(copy, names) or copy.root, self.name or self.checkout.root
        if name == own:  # parts of one source, or folders called alike
            name, own = copy.root, self.checkout.root
        is_model = may_hold_model(copy)
        with ExitStack() as opened:
            parents = [_parent(each, opened) for each in self.parents]
            if not is_model or not may_hold_model(self.checkout):
                return Beside(conclusion=conclude(name, own, files, (), ()), is_model=is_model)
            evidence = self._evidence((name, copy), (own, self.checkout), parents)
        conclusion = conclude(name, own, files, evidence.observations, evidence.unknown)
        return Beside(evidence.observations, evidence.skipped, conclusion, is_model)

    def _evidence(
        self, copy: tuple[str, Checkout], original: tuple[str, Checkout], parents: Sequence[ModelRead]
    ) -> Evidence:
        """What two sources, each with its name, have in common."""
        from .two_models import compare_models, read_side

        (name, ours), (own, theirs) = copy, original
        sides = read_side(ours, name), read_side(theirs, own)
        return compare_models(*sides, parents, self.weight_bytes, self.deep)


def may_hold_model(checkout: Checkout) -> bool:
    """Whether there is a file of a model in a source, by its name. A single file of code is none."""
    if checkout.whole is None and not checkout.root.lower().endswith(WEIGHT_SUFFIXES):
        return False
    from ..models.model_reading import holds_model  # much, and not for two files of code

    return holds_model(checkout)


def _parent(source: str, opened: ExitStack) -> ModelRead:
    """The model in ``source``, which stays open as long as ``opened`` does."""
    from .two_models import read_side

    name, place = split_name(source)
    checkout = opened.enter_context(open_source(place, obey=True))
    read = read_side(checkout, name or project_name(checkout, ()) or checkout.root)
    if read is None:
        raise SourceError(f"{source}: no file of a model in it, so it explains nothing; check the path")
    return read
