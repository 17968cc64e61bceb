"""Puts the answers of several models beside each other, question by question, and says what cannot be used.

Edit this when another reason is found why an answer, or a control, must not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import SourceError, UsageError
from .answer_files import Fields, read_answers

MOST_CONTROLS = 20
# A control that answers fewer of the questions says little of the others.
_LEAST_ANSWERED = 0.5
# One that is wrong so many times as often, or as seldom, errs elsewhere and in another way: good models alone see a
# tempting wrong answer, or a right one that is given as wrong.
_OTHER_SKILL = 2.0
_NONE = -1

Codes = NDArray[np.int64]
"""An answer to each question as a number, the same for the same answer; -1 where there is none."""


class AnswerTable(NamedTuple):
    """Answers to the questions that count, in one order: those that have a right answer and one of each of the two."""

    gold_name: str
    gold: Codes
    names: tuple[str, ...]
    """The two models, then the controls."""
    answers: tuple[Codes, ...]
    """Those of each, in the order of ``names``."""
    options: int
    """How many different answers there are."""
    left_out: tuple[str, ...]
    """What is not in the table, and why, a sentence each."""

    def wrong(self) -> tuple[NDArray[np.bool_], ...]:
        """Where each model gives an answer that is not the right one."""
        return tuple(map(self._wrong, self.answers))

    def _wrong(self, codes: Codes) -> NDArray[np.bool_]:
        wrong: NDArray[np.bool_] = (codes != _NONE) & (codes != self.gold)
        return wrong

    def wrong_shares(self) -> tuple[float, ...]:
        """The share of its answers that each model gets wrong; 0 where it gives none."""
        answered = [max(int((each != _NONE).sum()), 1) for each in self.answers]
        return tuple(float(wrong.sum()) / count for wrong, count in zip(self.wrong(), answered, strict=True))

    def with_fit_controls(self) -> AnswerTable:
        """Without the controls that cannot serve, each of which is told of in ``left_out``."""
        serving, told = [0, 1], list(self.left_out)
        for place in range(2, len(self.names)):
            if reason := self._unfit(place, serving):
                told.append(f"{self.names[place]} is no control: {reason}")
            else:
                serving.append(place)
        names, answers = zip(*((self.names[place], self.answers[place]) for place in serving), strict=True)
        return self._replace(names=names, answers=answers, left_out=tuple(told))

    def _unfit(self, place: int, serving: Sequence[int]) -> str:
        """Why a control cannot serve; empty where it can."""
        codes = self.answers[place]
        answered = float((codes != _NONE).mean())
        if answered < _LEAST_ANSWERED:
            return f"it answers {answered:.0%} of the questions"
        if alike := [self.names[each] for each in serving if np.array_equal(self.answers[each], codes)]:
            return f"it answers each question as {alike[0]} does"
        first, second, own = (self.wrong_shares()[each] for each in (0, 1, place))
        if not min(first, second) / _OTHER_SKILL <= own <= max(first, second) * _OTHER_SKILL:
            return f"it is wrong on {own:.1%} of its answers, and the two on {first:.1%} and {second:.1%}"
        return ""


def answer_table(pair: tuple[str, str], gold: str, controls: Sequence[str], fields: Fields) -> AnswerTable:
    """The files of two models, of the right answers and of controls as one table. Raises ModelkinError.

    A control does not serve that answers fewer than half of the questions, all of them as another model does, or twice
    or half as many wrongly as the two.
    """
    paths = (*pair, *controls)
    _check_paths(paths, gold)
    names = _names((*paths, gold))
    right = read_answers(gold, fields)
    if unanswered := [question for question, answer in right.items() if not answer]:
        raise SourceError(f"{gold}: the question {unanswered[0][:60]!r} has no right answer; leave such questions out")
    places = {question: place for place, question in enumerate(right)}
    numbers: dict[str, int] = {}
    key = np.array([numbers.setdefault(answer, len(numbers)) for answer in right.values()], np.int64)
    answers = [_codes(path, gold, places, numbers, fields) for path in paths]
    counts = (answers[0] != _NONE) & (answers[1] != _NONE)
    if not counts.any():
        raise SourceError(f"{pair[0]} and {pair[1]}: no question of {gold} is answered in both; compare their ids")
    told = tuple(_missing(names, answers[:2], len(right)))
    kept = tuple(each[counts] for each in answers)
    options = int((np.unique([key[counts], *kept]) != _NONE).sum())
    return AnswerTable(names[-1], key[counts], tuple(names[:-1]), kept, options, told).with_fit_controls()


def _check_paths(paths: Sequence[str], gold: str) -> None:
    if len(paths) - 2 > MOST_CONTROLS:
        raise UsageError(f"{len(paths) - 2} controls are more than {MOST_CONTROLS}; name fewer")
    given = [*paths, gold]
    if twice := [path for place, path in enumerate(given) if path in given[:place]]:
        raise UsageError(f"{twice[0]} is named twice; name a file for each model, and one for the right answers")


def _names(paths: Sequence[str]) -> list[str]:
    """What each file is called: its name without the suffix, or its path where two are called alike."""
    stems = [PurePath(path).stem for path in paths]
    return [stem if stem and stems.count(stem) == 1 else path for stem, path in zip(stems, paths, strict=True)]


def _codes(path: str, gold: str, places: dict[str, int], numbers: dict[str, int], fields: Fields) -> Codes:
    """The answers in one file; ``numbers`` gains those that are new."""
    codes = np.full(len(places), _NONE, np.int64)
    is_answered = False
    for question, answer in read_answers(path, fields).items():
        place = places.get(question)
        if place is not None:
            is_answered = True
            codes[place] = numbers.setdefault(answer, len(numbers)) if answer else _NONE
    if not is_answered:
        raise SourceError(f"{path}: none of its ids stands in {gold}; the same question needs the same id in both")
    return codes


def _missing(names: Sequence[str], pair: Sequence[Codes], questions: int) -> Iterator[str]:
    for name, codes in zip(names, pair, strict=False):
        if missing := int((codes == _NONE).sum()):
            yield f"{name} has no answer to {missing:,} of the {questions:,} questions; they are not counted"
