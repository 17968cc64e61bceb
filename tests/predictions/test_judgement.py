"""What follows from the answers of two models, and where nothing may."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import modelkin
from modelkin import Agreement, AgreementOutcome, Relation, Strength
from modelkin.predictions.answer_table import AnswerTable
from modelkin.predictions.judgement import agreement

from ..benchmarks.predictions import copied, independent, log10_p, of_other_skill
from ..support.answer_files import incident, write_answers, write_models

CONTROLS = ("control0", "control1", "control2", "control3", "control4")


def asked(folder: Path, second: str, controls: int = 5) -> Agreement:
    paths = write_models(folder)
    return modelkin.agree(paths["model"], paths[second], paths["gold"], [paths[name] for name in CONTROLS[:controls]])


def test_the_figures_of_the_incident_and_no_conclusion_without_controls(tmp_path: Path) -> None:
    found = modelkin.agree(*incident(tmp_path))
    errors = found.errors
    assert (errors.questions, errors.first_wrong, errors.second_wrong) == (1_000, 236, 194)
    assert (errors.pair.both_wrong, errors.pair.same) == (182, 182)
    assert round(errors.expected, 1) == 45.8
    assert round(errors.jaccard.value, 3) == 0.734
    assert [round(each) for each in (errors.odds_ratio.value, errors.odds_ratio.low, errors.odds_ratio.high)] == [
        202,
        107,
        381,
    ]
    assert round(errors.log10_p) == -132
    assert found.outcome is AgreementOutcome.NOT_CONCLUDED
    assert found.observation.strength is Strength.NONE
    assert found.observation.says.endswith(
        "No conclusion, as of controls there are 0, and it takes 3: name more models"
    )


def test_a_copy_is_found_and_what_else_could_explain_it_is_said(tmp_path: Path) -> None:
    found = asked(tmp_path, "copy")
    assert found.outcome is AgreementOutcome.SAME_ERRORS
    assert (found.observation.relation, found.observation.strength) == (Relation.ALIKE, Strength.STRONG)
    assert any("learnt from the same data" in each for each in found.observation.explained_by)
    assert any("ambiguous" in each for each in found.observation.explained_by)
    assert found.errors.pair.share.low > max(each.share.high for each in found.errors.control_pairs)


def test_an_independent_model_shows_no_sign(tmp_path: Path) -> None:
    found = asked(tmp_path, "other")
    assert found.outcome is AgreementOutcome.NO_SIGN
    assert found.observation.relation is Relation.UNALIKE
    assert found.errors.log10_p < -6, "questions differ in difficulty, which is no sign of anything"


@pytest.mark.parametrize("controls", [0, 1, 2])
def test_fewer_than_three_controls_give_figures_and_no_conclusion(controls: int, tmp_path: Path) -> None:
    found = asked(tmp_path, "copy", controls)
    assert found.outcome is AgreementOutcome.NOT_CONCLUDED
    assert found.errors.pair.same > 50
    assert f"of controls there are {controls}, and it takes 3" in found.observation.says


def test_a_control_twice_or_of_few_answers_is_none(tmp_path: Path) -> None:
    paths = write_models(tmp_path)
    lines = Path(paths["control0"]).read_text().splitlines(keepends=True)
    (tmp_path / "again.jsonl").write_text("".join(lines))
    (tmp_path / "few.jsonl").write_text("".join(lines[:100]))
    given = [paths["control0"], str(tmp_path / "again.jsonl"), str(tmp_path / "few.jsonl")]
    found = modelkin.agree(paths["model"], paths["copy"], paths["gold"], given)
    assert found.controls == ("control0",)
    assert found.left_out == (
        "again is no control: it answers each question as control0 does",
        "few is no control: it answers 25% of the questions",
    )
    assert found.outcome is AgreementOutcome.NOT_CONCLUDED


def test_a_control_that_is_far_better_or_worse_than_the_two_is_none() -> None:
    chance = np.random.default_rng(5)
    found = of_other_skill(chance, 2.2, -1.0, 0.8)
    assert found.controls == ()
    assert all("is no control: it is wrong on" in each for each in found.left_out)
    assert found.outcome is AgreementOutcome.NOT_CONCLUDED


def test_questions_without_an_answer_are_not_counted(tmp_path: Path) -> None:
    first = write_answers(tmp_path / "first.jsonl", ["a", None, "b", "c"])
    second = write_answers(tmp_path / "second.jsonl", ["a", "a", ""])
    gold = write_answers(tmp_path / "gold.jsonl", ["x"] * 4)
    found = modelkin.agree(first, second, gold)
    assert (found.errors.questions, found.errors.pair.both_wrong) == (1, 1)
    assert found.left_out == (
        "first has no answer to 1 of the 4 questions; they are not counted",
        "second has no answer to 2 of the 4 questions; they are not counted",
    )


def table_of(*answers: list[int], gold: list[int]) -> AnswerTable:
    names = tuple(f"m{number}" for number in range(len(answers)))
    return AnswerTable("gold", np.array(gold), names, tuple(map(np.array, answers)), 2, ())


def test_questions_with_two_options_tell_nothing() -> None:
    chance = np.random.default_rng(3)
    models = [chance.integers(0, 2, 500).tolist() for _ in range(5)]
    found = agreement(table_of(models[0], models[0], *models[1:4], gold=[0] * 500))
    assert found.outcome is AgreementOutcome.NOT_CONCLUDED
    assert "of questions that tell there are 0" in found.observation.says
    assert any("only 2 different answers" in each for each in found.observation.explained_by)


def test_too_few_questions_and_no_errors_are_told() -> None:
    few = agreement(table_of(*([1, 2] for _ in range(5)), gold=[0, 0]))
    assert "of questions there are 2, and it takes 50" in few.observation.says
    right = agreement(table_of(*([0] * 60 for _ in range(5)), gold=[0] * 60))
    assert "are wrong on no question together" in right.observation.says
    assert right.outcome is AgreementOutcome.NOT_CONCLUDED


def where_two_are_wrong(alike: dict[tuple[int, int], list[bool]]) -> Agreement:
    """Five models that are right but where two alone are wrong: of each such two, whether they are alike, question by
    question."""
    questions = [(pair, same) for pair, all_same in alike.items() for same in all_same]
    answers = np.zeros((5, max(len(questions), 60)), np.int64)
    for place, ((one, two), same) in enumerate(questions):
        answers[one, place], answers[two, place] = 1, 1 if same else 2
    return agreement(table_of(*answers.tolist(), gold=[0] * answers.shape[1]))


def test_where_the_two_alone_are_wrong_they_are_held_against_others_that_are() -> None:
    others = {pair: [False, False] for pair in ((0, 2), (1, 3), (2, 3), (3, 4), (1, 4))}
    found = where_two_are_wrong({(0, 1): [True] * 9, **others})
    assert found.errors.telling is not None
    assert (found.errors.telling.questions, found.errors.telling.same) == (9, 9)
    assert round(found.errors.telling.expected, 2) == round(9 * 9 / 19, 2)
    # All 9 equal ones of 19 fall to the 9 of the two in one way of 92,378, and there are ten pairs.
    assert round(10**-found.errors.telling.log10_p) == 9238
    assert found.outcome is AgreementOutcome.SAME_ERRORS
    same = {pair: [True, False] for pair in others}
    assert where_two_are_wrong({(0, 1): [True, False] * 10, **same}).outcome is AgreementOutcome.NO_SIGN


def test_where_no_others_are_wrong_alone_nothing_is_learnt() -> None:
    found = where_two_are_wrong({(0, 1): [True] * 30})
    assert found.errors.telling is not None
    assert found.errors.telling.questions == 0
    assert found.outcome is AgreementOutcome.NOT_CONCLUDED


def test_independent_models_are_seldom_taken_for_alike_and_copies_mostly_are() -> None:
    """A small part of `tests.benchmarks.predictions`."""
    chance = np.random.default_rng(20261129)
    found = [independent(chance, spread, 5, 50) for spread in (0.0, 1.0, 2.0, 3.0) for _ in range(10)]
    assert sum(log10_p(each) < -3 for each in found) == 0
    copies = [copied(chance, 100, 5, 50) for _ in range(40)]
    assert sum(each.outcome is AgreementOutcome.SAME_ERRORS for each in copies) >= 38
