"""``modelkin agree`` asks whether two models give the same wrong answers. Edit this for its options."""

from __future__ import annotations

import click

from .choices import Choices, agreement_options
from .delivery import check_deliverable, deliver_agreement

_EPILOG = """\b
Files are JSON lines or CSV with a heading, one question a line:
  {"id": "q1", "answer": "Paris"}

\b
Examples:
  modelkin agree ours.jsonl theirs.jsonl --gold gold.jsonl \\
    --control a.jsonl --control b.jsonl --control c.jsonl
  modelkin agree x.csv y.csv --gold key.csv --control z.csv \\
    --id-field question --answer-field choice --format json

\b
Exit codes:
  0  no sign of it, or nothing can be concluded
  1  the same wrong answers more often than independent models give
  2  the answers could not be compared
"""


@click.command(name="agree", epilog=_EPILOG)
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("--gold", required=True, metavar="FILE", help="The right answers.")
@click.option(
    "--control",
    "controls",
    multiple=True,
    metavar="FILE",
    help="The answers of another model, about as good and of another origin; repeatable. Fewer than three, and "
    "nothing is concluded.",
)
@click.option("--id-field", default="id", show_default=True, metavar="NAME", help="The field with the question's id.")
@click.option("--answer-field", default="answer", show_default=True, metavar="NAME", help="The field with the answer.")
@agreement_options
def command(
    first: str,
    second: str,
    gold: str,
    controls: tuple[str, ...],
    id_field: str,
    answer_field: str,
    choices: Choices,
) -> int:
    """Do two models give the same wrong answers?

    A and B are files with the answers of two models. Where both are wrong,
    they are held against control models: wrong answers in common count only
    as far as others do not share them. Answers alone do not tell why two
    models are alike: see docs/predictions.md.
    """
    check_deliverable(choices)
    from ..api import agree
    from ..predictions.model import AgreementOutcome

    found = agree(first, second, gold, controls, id_field=id_field, answer_field=answer_field)
    deliver_agreement(found, choices)
    return int(found.outcome is AgreementOutcome.SAME_ERRORS)
