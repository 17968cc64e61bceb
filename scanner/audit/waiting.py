"""Repositories that wait for contents in, who may go on and what is still to be judged out."""

from __future__ import annotations

from msgspec import Struct, field

from .known import Found, KnownContents
from .records import Identity
from .stages import suffix
from .survey import Listed, Survey
from .tree import Repository


class OpenRepository(Struct):
    """A repository that is under way: the paths whose contents are not known yet, and why some never will be."""

    repository: Repository
    survey: Survey
    missing: set[str] = field(default_factory=set)
    gone: dict[str, str] = field(default_factory=dict)

    def identity(self, file: Listed) -> Identity:
        """What the file's verdict will follow from."""
        return Identity(file.sha256, suffix(file.path), self.survey.until)


class WaitingList:
    """Who waits for which content; the first in each line is the one whose file is being judged."""

    def __init__(self, known: KnownContents) -> None:
        self._known = known
        self._lines: dict[Identity, list[tuple[OpenRepository, Listed]]] = {}

    def found(self, entry: OpenRepository, file: Listed) -> Found | None:
        """What is known of a file's content."""
        return self._known.find(entry.identity(file), file.path)

    def must_judge(self, entry: OpenRepository, file: Listed) -> bool:
        """Whether a file is to be judged: its content is neither known nor being judged. Unless known, it waits."""
        if self.found(entry, file):
            return False
        entry.missing.add(file.path)
        line = self._lines.setdefault(entry.identity(file), [])
        line.append((entry, file))
        return len(line) == 1

    def answered(self, identity: Identity) -> tuple[list[OpenRepository], tuple[OpenRepository, Listed] | None]:
        """After a content became known, or a file unreadable: who now misses nothing, and which file to judge next.

        One in the line may hold the content under a path that matters, or alone now.
        """
        ready: list[OpenRepository] = []
        left: list[tuple[OpenRepository, Listed]] = []
        for entry, file in self._lines.pop(identity, []):
            if file.path not in entry.gone and not self.found(entry, file):
                left.append((entry, file))
            elif file.path in entry.missing:
                entry.missing.remove(file.path)
                if not entry.missing:
                    ready.append(entry)
        if left:
            self._lines[identity] = left
        return ready, left[0] if left else None
