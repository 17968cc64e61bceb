"""Says what follows from the figures on two models' answers, or why nothing does: `agreement`.

Edit this for the thresholds, which `python -m tests.benchmarks.predictions` measures, and for the words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..results import EvidenceKind, Observation, Relation, Strength
from .answer_table import AnswerTable
from .model import Agreement, AgreementOutcome, PairShare, SharedErrors, TellingQuestions
from .shared_errors import shared_errors

LEAST_CONTROLS = 3
LEAST_QUESTIONS = 50
# With fewer telling questions a few chances decide; to say that there is no sign takes more than to see one.
LEAST_TELLING, LEAST_TELLING_FOR_NO_SIGN = 5, 20
# Once in 1,000 sets of independent models, for any two of them: for the two that were named once in 10,000 or less.
# Above the second, nothing speaks for more than chance.
MOST_LOG10_P, LEAST_LOG10_P_FOR_NO_SIGN = -3.0, -1.0
# Of many questions also a small difference is sure; it says that models learnt from alike texts, as most did.
LEAST_EXCESS = 0.1
# So few different answers make equal wrong ones common.
_FEW_OPTIONS = 10

_EVIDENCE = {
    AgreementOutcome.SAME_ERRORS: (Relation.ALIKE, Strength.STRONG),
    AgreementOutcome.NO_SIGN: (Relation.UNALIKE, Strength.NONE),
    AgreementOutcome.NOT_CONCLUDED: (Relation.NOT_COMPARED, Strength.NONE),
}
_ONE_SOURCE = (
    "both are built on one model, or one is a copy of the other",
    "both learnt from the same data, or one from the other's answers",
    "questions that are ambiguous, or whose given answer is wrong: models as good as these two choose alike there",
)


class Judgement(NamedTuple):
    """What follows, and where nothing does, why."""

    outcome: AgreementOutcome
    reason: str = ""


def agreement(table: AnswerTable) -> Agreement:
    """The figures of ``table``, and what follows."""
    errors = shared_errors(table)
    judgement = judged(errors)
    first, second, *controls = table.names
    observation = _observation(errors, judgement)
    return Agreement(
        first, second, table.gold_name, tuple(controls), errors, table.left_out, judgement.outcome, observation
    )


def judged(errors: SharedErrors) -> Judgement:
    """What follows from the figures."""
    telling, controls = errors.telling, len(errors.wrong_shares) - 2
    if telling is None or controls < LEAST_CONTROLS:
        return _open(f"of controls there are {controls}, and it takes {LEAST_CONTROLS}: name more models")
    if errors.questions < LEAST_QUESTIONS:
        return _open(f"of questions there are {errors.questions}, and it takes {LEAST_QUESTIONS}: ask more")
    if telling.questions < LEAST_TELLING:
        return _open(
            f"of questions that tell there are {telling.questions}, and it takes {LEAST_TELLING}: both models and a "
            "control are wrong there, and not all with one answer; ask more or harder ones, with more possible answers"
        )
    if telling.log10_p <= MOST_LOG10_P:
        if telling.excess >= LEAST_EXCESS:
            return Judgement(AgreementOutcome.SAME_ERRORS)
        return _open(f"{_test_words(telling)}, which is no accident and too little to tell of one source")
    if telling.log10_p <= LEAST_LOG10_P_FOR_NO_SIGN:
        return _open(
            f"{_test_words(telling)}, which chance alone gives in {chance_words(telling.log10_p)}, and it takes "
            f"{chance_words(MOST_LOG10_P)}: ask more questions"
        )
    if telling.questions < LEAST_TELLING_FOR_NO_SIGN:
        return _open(
            f"of questions that tell there are {telling.questions}, and to see no sign it takes "
            f"{LEAST_TELLING_FOR_NO_SIGN}: ask more"
        )
    return Judgement(AgreementOutcome.NO_SIGN)


def _open(reason: str) -> Judgement:
    return Judgement(AgreementOutcome.NOT_CONCLUDED, reason)


def chance_words(log10_p: float) -> str:
    """``1 in 2,500``, or ``10^-31`` where that is small."""
    return f"1 in {10**-log10_p:,.0f}" if log10_p > -6 else f"10^{log10_p:.0f}"


def _test_words(telling: TellingQuestions) -> str:
    return (
        f"of {telling.questions:,} questions that tell they answer {telling.same:,} alike, where "
        f"{telling.expected:,.1f} are to be expected"
    )


def _observation(errors: SharedErrors, judgement: Judgement) -> Observation:
    relation, strength = _EVIDENCE[judgement.outcome]
    return Observation(
        EvidenceKind.PREDICTIONS,
        relation,
        strength,
        _sentence(errors, judgement),
        errors.pair.second,
        dict(_figures(errors)),
        tuple(_explanations(errors, judgement.outcome)),
    )


def _sentence(errors: SharedErrors, judgement: Judgement) -> str:
    counted, telling = _counted(errors.pair), errors.telling
    if telling is None or judgement.outcome is AgreementOutcome.NOT_CONCLUDED:
        return f"{counted}. No conclusion, as {judgement.reason}"
    beside = f"{counted}, pairs with a control to {errors.control_share or 0:.1%}; {_test_words(telling)}"
    if judgement.outcome is AgreementOutcome.NO_SIGN:
        return f"{beside}: no sign of one source of their errors"
    any_two = f"any two of {len(errors.wrong_shares)} independent models"
    return f"{beside}: {any_two} reach that with a chance of {chance_words(telling.log10_p)}"


def _counted(pair: PairShare) -> str:
    if not pair.both_wrong:
        return f"{pair.first} and {pair.second} are wrong on no question together"
    return (
        f"{pair.first} and {pair.second} give the same wrong answer to {pair.same:,} of the {pair.both_wrong:,} "
        f"questions that both get wrong ({pair.share.value:.1%}; {pair.share.low:.1%} to {pair.share.high:.1%})"
    )


def _figures(errors: SharedErrors) -> Iterator[tuple[str, float]]:
    yield "questions", errors.questions
    yield "first_wrong", errors.first_wrong
    yield "second_wrong", errors.second_wrong
    yield "both_wrong", errors.pair.both_wrong
    yield "same_wrong", errors.pair.same
    yield "expected_both_wrong", errors.expected
    yield "jaccard", errors.jaccard.value
    yield "odds_ratio", errors.odds_ratio.value
    if errors.control_share is not None:
        yield "control_share", errors.control_share
    if errors.telling is not None:
        yield "telling", errors.telling.questions
        yield "telling_same", errors.telling.same
        yield "telling_expected", errors.telling.expected
        yield "telling_log10_p", errors.telling.log10_p


def _explanations(errors: SharedErrors, outcome: AgreementOutcome) -> Iterator[str]:
    if outcome is AgreementOutcome.NO_SIGN:
        yield "a copy that was trained further, or is asked in another way, may give other answers"
        return
    if outcome is AgreementOutcome.SAME_ERRORS:
        yield from _ONE_SOURCE
    if errors.options <= _FEW_OPTIONS:
        yield f"there are only {errors.options} different answers: of so few, wrong ones are often equal"
