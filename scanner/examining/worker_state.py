"""What a worker keeps from one task to the next: the corpora, opened once, and what examined its last files.

Edit this when a task needs one more thing that takes long to make, or when an examiner comes to follow from another
option.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..corpus.model import Corpus
from ..corpus.store import open_corpus
from ..scan_steps import ScanOptions, examiner

if TYPE_CHECKING:
    from ..pipeline import Examiner


@lru_cache(1)
def worker_corpora(paths: tuple[Path, ...]) -> tuple[Corpus, ...]:
    """The corpora in these files. Raises CorpusError."""
    return tuple(map(open_corpus, paths))


def worker_examiner(corpora: tuple[Path, ...], options: ScanOptions, keeps_own: bool) -> Examiner:
    """What examines as ``options`` say: the one of the last task, where that did. What it remembers of statements is
    bounded; to make one takes as long as a small file. Raises CorpusError.
    """
    return _examiner(corpora, options.min_similarity, options.exclude_upstream, keeps_own)


@lru_cache(1)
def _examiner(
    corpora: tuple[Path, ...], min_similarity: float, exclude_upstream: tuple[str, ...], keeps_own: bool
) -> Examiner:
    options = ScanOptions(min_similarity=min_similarity, exclude_upstream=exclude_upstream)
    return examiner(worker_corpora(corpora), options, keeps_own=keeps_own)
