"""Are simulated models told apart by their wrong answers: independent ones, copies, and pairs of other skill?

Every question has a difficulty that all models share and one tempting wrong answer. Nothing is read or fetched.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from modelkin import Agreement, AgreementOutcome
from modelkin.predictions.answer_table import AnswerTable, Codes
from modelkin.predictions.judgement import agreement

SPREADS = (0.0, 1.0, 2.0, 3.0)
# How often a model that does not know the answer gives the tempting one.
TEMPTED = 0.3
# Of a copy, the share of answers that it has from an independent model instead.
CHANGED = 0.13
SEED = 359_210


class Questions(NamedTuple):
    """Questions with the right answer and the tempting one of each, and how hard it is."""

    gold: Codes
    tempting: Codes
    difficulty: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    options: int


def questions(chance: np.random.Generator, count: int, options: int, spread: float) -> Questions:
    """So many questions; ``spread`` is the deviation of their difficulty, in logits."""
    gold, tempting = chance.integers(0, options, count), chance.integers(0, options, count)
    return Questions(gold, tempting, chance.normal(0, spread, count), options)


def answers(chance: np.random.Generator, asked: Questions, skill: float, tempted: float = TEMPTED) -> Codes:
    """Those of one model, which knows a question of no difficulty with the logit ``skill``."""
    count = len(asked.gold)
    knows = chance.random(count) < 1 / (1 + np.exp(-(skill - asked.difficulty)))
    wrong = np.where(chance.random(count) < tempted, asked.tempting, chance.integers(0, asked.options, count))
    wrong = np.where(wrong == asked.gold, (wrong + 1) % asked.options, wrong)
    return np.asarray(np.where(knows, asked.gold, wrong), np.int64)


def usual_skill(spread: float) -> float:
    """The skill that gets about four questions in five right, whatever the spread."""
    return 1.4 * math.sqrt(1 + spread**2 / 2.9)


def held(asked: Questions, models: Sequence[Codes]) -> Agreement:
    """What is said of the first two models, with the others as controls."""
    names = tuple(f"model {number}" for number in range(len(models)))
    return agreement(AnswerTable("gold", asked.gold, names, tuple(models), asked.options, ()).with_fit_controls())


def independent(
    chance: np.random.Generator, spread: float, controls: int, options: int, count: int = 1_000
) -> Agreement:
    """Of a pair that has only its questions in common."""
    asked = questions(chance, count, options, spread)
    return held(asked, [answers(chance, asked, usual_skill(spread)) for _ in range(2 + controls)])


def copied(chance: np.random.Generator, count: int, controls: int, options: int, changed: float = CHANGED) -> Agreement:
    """Of a model and its copy, of whose answers a share is another model's."""
    asked = questions(chance, count, options, 2.0)
    original, other, *rest = (answers(chance, asked, usual_skill(2.0)) for _ in range(2 + controls))
    copy = np.where(chance.random(count) < changed, other, original)
    return held(asked, [original, copy, *rest])


def of_other_skill(chance: np.random.Generator, pair: float, controls: float, tempted: float) -> Agreement:
    """Of an independent pair that is better or worse than its controls, and falls for temptation as often as said."""
    asked = questions(chance, 1_000, 4, 2.0)
    two = [answers(chance, asked, pair, tempted) for _ in range(2)]
    return held(asked, [*two, *(answers(chance, asked, controls) for _ in range(5))])


def log10_p(found: Agreement) -> float:
    """That of the test; 0 where there is none."""
    return found.errors.telling.log10_p if found.errors.telling else 0.0


def print_independent(chance: np.random.Generator, times: int) -> None:
    print("independent | controls | options | pairs | p < 1e-3 | found | nothing concluded | chance p < 1e-6")
    print("---|---|---|---|---|---|---|---")
    for controls in (3, 5):
        for options in (4, 50):
            all_found: list[Agreement] = []
            for spread in SPREADS:
                found = [independent(chance, spread, controls, options) for _ in range(times)]
                all_found += found
                print(f"spread {spread:g} | {controls} | {options} | {_row(found)}")
            print(f"all | {controls} | {options} | {_row(all_found)}")


def _row(found: Sequence[Agreement]) -> str:
    outcomes = Counter(each.outcome for each in found)
    small = sum(log10_p(each) < -3 for each in found)
    naive = sum(each.errors.log10_p < -6 for each in found)
    return (
        f"{len(found)} | {small} | {outcomes[AgreementOutcome.SAME_ERRORS]} | "
        f"{outcomes[AgreementOutcome.NOT_CONCLUDED]} | {naive / len(found):.3f}"
    )


def print_copies(chance: np.random.Generator, times: int) -> None:
    print("\ncopies | changed | controls | options | found | median log10 p")
    print("---|---|---|---|---|---")
    for count in (50, 100, 200, 1_000):
        for changed in (CHANGED, 0.5):
            for controls in (3, 5):
                for options in (4, 50):
                    found = [copied(chance, count, controls, options, changed) for _ in range(times)]
                    share = sum(each.outcome is AgreementOutcome.SAME_ERRORS for each in found) / times
                    middle = float(np.median([log10_p(each) for each in found]))
                    print(f"{count} questions | {changed:.0%} | {controls} | {options} | {share:.3f} | {middle:.1f}")


def print_other_skill(chance: np.random.Generator, times: int) -> None:
    print("\nindependent, the two | controls | the two tempted, controls .3 | p < 1e-3 | found")
    print("---|---|---|---|---")
    for pair, controls in ((2.2, 2.2), (2.2, 1.2), (1.2, 2.2), (2.2, 0.0)):
        for tempted in (TEMPTED, 0.5, 0.8):
            found = [of_other_skill(chance, pair, controls, tempted) for _ in range(times)]
            small = sum(log10_p(each) < -3 for each in found)
            over = sum(each.outcome is AgreementOutcome.SAME_ERRORS for each in found)
            print(f"skill {pair:g} | {controls:g} | {tempted:g} | {small} of {times} | {over}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--pairs", type=int, default=200, help="pairs a row (default: 200)")
    options = parser.parse_args()
    chance = np.random.default_rng(options.seed)
    print_independent(chance, options.pairs)
    print_copies(chance, options.pairs)
    print_other_skill(chance, options.pairs // 2)


if __name__ == "__main__":
    main()
