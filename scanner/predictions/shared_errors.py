"""Counts what two models answer wrongly, and tests whether they do so alike: the figures, before anything follows.

Edit this when something else is to be counted. The test asks of each question that both get wrong: of all models that
are wrong there, how likely are any two to give the same answer? Where the two alone are wrong: how often are any two
alike that alone are wrong? That allows for hard questions and for tempting wrong answers, whatever the question, as
long as all models that are wrong would fall for them alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from .answer_table import AnswerTable, Codes
from .exact_tests import Drawn, log_at_least, log_shared, odds_ratio, share_of
from .model import PairShare, SharedErrors, TellingQuestions

# The two, and a third that is wrong as well.
_LEAST_WRONG = 3


def shared_errors(table: AnswerTable) -> SharedErrors:
    """All figures of ``table``."""
    wrong = table.wrong()
    total, first, second = len(table.gold), int(wrong[0].sum()), int(wrong[1].sum())
    pair, *others = _pairs(table, wrong)
    both = pair.both_wrong
    either = first + second - both
    at_all = sum(each.both_wrong for each in others)
    return SharedErrors(
        questions=total,
        options=table.options,
        wrong_shares=table.wrong_shares(),
        first_wrong=first,
        second_wrong=second,
        pair=pair,
        expected=first * second / total,
        jaccard=share_of(both, either),
        odds_ratio=odds_ratio(both, first - both, second - both, total - either),
        log10_p=log_shared(total, first, second, both) / math.log(10),
        control_share=sum(each.same for each in others) / at_all if at_all else None,
        control_pairs=tuple(sorted(others, key=lambda each: -each.share.value)),
        telling=_telling(table.answers, wrong) if len(table.names) > 2 else None,
    )


def _pairs(table: AnswerTable, wrong: Sequence[NDArray[np.bool_]]) -> Iterator[PairShare]:
    """Each two models: the two themselves first."""
    for one, two in combinations(range(len(table.names)), 2):
        both = wrong[one] & wrong[two]
        count, same = int(both.sum()), int((both & (table.answers[one] == table.answers[two])).sum())
        yield PairShare(table.names[one], table.names[two], count, same, share_of(same, count))


def _telling(answers: Sequence[Codes], wrong: Sequence[NDArray[np.bool_]]) -> TellingQuestions:
    """The exact test, given how many models are wrong on each question and how their answers fall together.

    Were any two of these as likely to be alike as the two, the two would give the same answer with a chance that is the
    share of equal pairs among all pairs. Where that is 1, as in questions with two options, nothing is learnt. Where
    the two alone are wrong they are held against all questions on which any two models alone are: had the two nothing
    to do with each other, theirs would be as if drawn from these. The chance is that of any two of the models.
    """
    given, erring = np.stack(answers), np.stack(wrong)
    both = wrong[0] & wrong[1]
    equal = np.zeros(given.shape[1])
    for one, two in combinations(range(len(given)), 2):
        equal += erring[one] & erring[two] & (given[one] == given[two])
    models = erring.sum(axis=0)
    chances = equal / np.maximum(models * (models - 1) / 2, 1)
    tells = both & (models >= _LEAST_WRONG) & (chances < 1)
    alone = models == _LEAST_WRONG - 1
    drawn = Drawn(int(alone.sum()), int(equal[alone].sum()), int((alone & both).sum()))
    if drawn.marked in (0, drawn.total) or drawn.drawn in (0, drawn.total):
        drawn = Drawn()  # there is nothing to hold them against
    else:
        tells |= alone & both
        chances[alone] = drawn.marked / drawn.total
    same = int((given[0] == given[1])[tells].sum())
    questions, expected = int(tells.sum()), float(chances[tells].sum())
    excess = (same - expected) / (questions - expected) if questions else 0.0
    chance = log_at_least(chances[tells & ~alone], same, drawn) + math.log(math.comb(len(given), 2))
    return TellingQuestions(questions, same, expected, excess, min(chance, 0.0) / math.log(10))
