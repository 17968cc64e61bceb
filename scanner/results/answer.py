"""The answer for a repository as a whole: what it is from, on which grounds, and what is not known.

Edit this when the answer says one more thing; how it is worded is in ``evidence/conclusion``.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace


class UpstreamGrounds(Struct, frozen=True):
    """What speaks for and against one upstream, a phrase each. Nothing adds them up."""

    project: str
    """The upstream, by name."""
    grounds: tuple[str, ...]
    """What chance and a common architecture do not explain: verdicts on code, exact and strong observations."""
    supporting: tuple[str, ...]
    """What is to be expected of a copy, and of others as well."""
    counter: tuple[str, ...]
    """What speaks against it."""


class Conclusion(Struct, frozen=True):
    """The answer in one sentence, and what it rests on."""

    sentence: str
    """It in words, with its grounds and what speaks against."""
    upstreams: tuple[UpstreamGrounds, ...] = ()
    """Each upstream that it was held against."""
    unknown: tuple[str, ...] = ()
    """What was not compared or cannot be told, a phrase each."""
    subject: str = ""
    """What the sentence calls the scanned source, at its begin."""

    def about(self, subject: str) -> Conclusion:
        """The same of a source that differs in its name alone."""
        if not self.subject:
            return self
        return replace(self, sentence=subject + self.sentence[len(self.subject) :], subject=subject)
