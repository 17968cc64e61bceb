"""Files of answers for tests: those of made-up models, and the counts of a published incident."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..benchmarks.predictions import CHANGED, answers, questions, usual_skill

# The right answer to every question of `incident`.
_RIGHT, _WRONG = "4", "5"


def write_answers(path: Path, answers: Sequence[object]) -> str:
    """JSON lines with the ids q0, q1 and so on."""
    lines = (json.dumps({"id": f"q{number}", "answer": answer}) for number, answer in enumerate(answers))
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return str(path)


def write_models(folder: Path, seed: int = 7, count: int = 400) -> Mapping[str, str]:
    """The paths of ``gold``, of a model, its ``copy``, an ``other`` one, and of ``control0`` to ``control4``."""
    chance = np.random.default_rng(seed)
    asked = questions(chance, count, 50, 2.0)
    made = [answers(chance, asked, usual_skill(2.0)) for _ in range(8)]
    made[7] = np.where(chance.random(count) < CHANGED, made[7], made[0])
    names = ("model", "other", *(f"control{number}" for number in range(5)), "copy")
    paths = {
        name: write_answers(folder / f"{name}.jsonl", each.tolist()) for name, each in zip(names, made, strict=True)
    }
    return {"gold": write_answers(folder / "gold.jsonl", asked.gold.tolist()), **paths}


def incident(folder: Path) -> tuple[str, str, str]:
    """Two models and the right answers: 1,000 questions, 236 and 194 wrong, 182 by both, with the same answer."""
    first = [_WRONG if number < 236 else _RIGHT for number in range(1_000)]
    second = [_WRONG if 54 <= number < 248 else _RIGHT for number in range(1_000)]
    return (
        write_answers(folder / "first.jsonl", first),
        write_answers(folder / "second.jsonl", second),
        write_answers(folder / "gold.jsonl", [_RIGHT] * 1_000),
    )
