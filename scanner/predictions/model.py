"""What is known of the answers of two models beside others: the records that `agree` gives.

Edit this when a figure comes or goes; `docs/predictions.md` says how each is had.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from ..results import Observation


class AgreementOutcome(Enum):
    """What the answers say of two models."""

    SAME_ERRORS = "same-errors"
    """They give the same wrong answers more often than independent models would."""
    NO_SIGN = "no-sign"
    """They do not, and there were enough questions to tell."""
    NOT_CONCLUDED = "not-concluded"
    """It cannot be told from what was given: the observation says why."""


class Estimate(Struct, frozen=True):
    """A figure with its interval of 95 %."""

    value: float
    """What was counted."""
    low: float
    """The lower end."""
    high: float
    """The upper end."""


class PairShare(Struct, frozen=True):
    """How often two models give the same wrong answer where both are wrong."""

    first: str
    """The name of the one."""
    second: str
    """The name of the other."""
    both_wrong: int
    """The number of questions that both answer wrongly."""
    same: int
    """How many of these they give the same answer to."""
    share: Estimate
    """``same`` of ``both_wrong`` (0 to 1)."""


class TellingQuestions(Struct, frozen=True):
    """The questions that the test rests on: both are wrong, and a control is as well and not all their answers are one,
    or the two alone are, and of other questions with two wrong answers some are equal and some are not."""

    questions: int
    """How many there are."""
    same: int
    """How many of them the two give the same answer to."""
    expected: float
    """How many that would be, were any two of the wrong models as likely to be alike as the two."""
    excess: float
    """The share (at most 1) of what is left to reach above ``expected`` that is reached."""
    log10_p: float
    """The logarithm of the chance that any two of the models reach ``same`` or more in that case."""


class SharedErrors(Struct, frozen=True):
    """What was counted of the questions that have a right answer and one of each of the two."""

    questions: int
    """How many there are."""
    options: int
    """How many different answers there are, right ones and those of all models."""
    wrong_shares: tuple[float, ...]
    """The share of its answers that each model gets wrong: of the two, then of the controls."""
    first_wrong: int
    """How many questions the first answers wrongly."""
    second_wrong: int
    """How many the second does."""
    pair: PairShare
    """How often both are wrong, and with the same answer."""
    expected: float
    """How many questions both would answer wrongly, were every question as hard as any other."""
    jaccard: Estimate
    """Questions both answer wrongly, of those that at least one does (0 to 1)."""
    odds_ratio: Estimate
    """The odds that one is wrong where the other is, over those where it is right; half a question added to each."""
    log10_p: float
    """The logarithm of the chance of so many shared errors, were every question as hard as any other."""
    control_share: float | None
    """As ``pair.share``, over all pairs that have a control in them; None where none of them is ever wrong together."""
    control_pairs: tuple[PairShare, ...]
    """Each such pair, the most alike first."""
    telling: TellingQuestions | None
    """The test that allows for the difficulty of questions; None without controls."""


class Agreement(Struct, frozen=True):
    """How the answers of two models agree, and what follows."""

    first: str
    """The name of the one model."""
    second: str
    """The name of the other."""
    gold: str
    """The name of the right answers."""
    controls: tuple[str, ...]
    """The models that the two are held against, by name; those that cannot serve are in ``left_out``."""
    errors: SharedErrors
    """The figures."""
    left_out: tuple[str, ...]
    """What was not counted, and why, a sentence each."""
    outcome: AgreementOutcome
    """What follows."""
    observation: Observation
    """The same as evidence: a sentence, its strength, its figures, and what else could explain it."""
