"""What the answers of two models say, as text, JSON (``modelkin.agreement/1``) and Markdown.

Edit this when a figure is to be shown in another way; docs/predictions.md lists the fields of the JSON. Names of files
and fields come out escaped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from msgspec import to_builtins

from ..predictions.model import Agreement, AgreementOutcome, Estimate, PairShare, SharedErrors
from ..support.escaping import encodable, escape
from .blocks import Block, Text, indented
from .console import Page, bare_table, printed
from .markdown import text as literal
from .observations import STRENGTH_STYLES, observation_data
from .phrases import name

SCHEMA = "modelkin.agreement/1"
OUTCOME_WORDS = {
    AgreementOutcome.SAME_ERRORS: "the same wrong answers",
    AgreementOutcome.NO_SIGN: "no sign of one source",
    AgreementOutcome.NOT_CONCLUDED: "nothing concluded",
}
# Of pairs that have a control in them.
_MOST_PAIRS = 10
_DIGITS = 6


def figure_rows(errors: SharedErrors) -> Iterator[tuple[str, str]]:
    """Each figure with its interval of 95 %, under what it is; names escaped."""
    first, second = name(errors.pair.first), name(errors.pair.second)
    yield "questions", f"{errors.questions:,}"
    yield f"{first} is wrong on", _count(errors.first_wrong, errors.wrong_shares[0])
    yield f"{second} is wrong on", _count(errors.second_wrong, errors.wrong_shares[1])
    yield "both are wrong on", f"{errors.pair.both_wrong:,}; were all questions as hard, on {errors.expected:,.1f}"
    yield "of those that one or both are wrong on", _interval(errors.jaccard, 3)
    yield "odds ratio of being wrong", _interval(errors.odds_ratio, 0)
    yield "log10 p, were all questions as hard", f"{errors.log10_p:,.1f}"
    yield "the same wrong answer", share_words(errors.pair)
    if errors.control_share is not None:
        yield "pairs with a control", f"{errors.control_share:.1%}"
    if telling := errors.telling:
        yield "questions that tell", f"{telling.questions:,}"
        yield "answered alike of these", f"{telling.same:,}; to be expected {telling.expected:,.1f}"
        yield "log10 p, whatever the questions", f"{telling.log10_p:,.1f}"


def share_words(pair: PairShare) -> str:
    """``170 of 182, 93.4 % (88.8 to 96.2 %)``."""
    if not pair.both_wrong:
        return "never both wrong"
    share = pair.share
    return f"{pair.same:,} of {pair.both_wrong:,}, {share.value:.1%} ({share.low:.1%} to {share.high:.1%})"


def pairs_shown(agreement: Agreement) -> Iterator[tuple[str, str]]:
    """The pairs with a control that are most alike, and how many are left out; names escaped."""
    pairs = agreement.errors.control_pairs
    for pair in pairs[:_MOST_PAIRS]:
        yield f"{name(pair.first)}, {name(pair.second)}", share_words(pair)
    if len(pairs) > _MOST_PAIRS:
        yield f"and {len(pairs) - _MOST_PAIRS} more", f"down to {pairs[-1].share.value:.1%}"


def render_text(agreement: Agreement, page: Page) -> str:
    """The sentence, what else could explain it, and the figures."""
    return printed(_blocks(agreement), page)


def render_json(agreement: Agreement) -> str:
    """One indented JSON object; the same for the same input."""
    data: dict[str, Any] = to_builtins(agreement)
    data["observation"] = observation_data(agreement.observation)
    head = {"schema": SCHEMA, "tool": {"name": "modelkin", "version": version("modelkin")}}
    return json.dumps(_rounded({**head, **data}), indent=2) + "\n"


def render_markdown(agreement: Agreement) -> str:
    """As the text, for a comment."""
    observation = agreement.observation
    blocks = [
        f"### modelkin agree: {OUTCOME_WORDS[agreement.outcome]}",
        literal(observation.says),
        "\n".join(f"- could be explained by: {literal(each)}" for each in observation.explained_by),
        "\n".join(["| | |", "|---|---|", *(_row(*each) for each in figure_rows(agreement.errors))]),
        "\n".join(["| pairs with a control | the same wrong answer |", "|---|---|", *_pair_rows(agreement)]),
        "\n".join(f"- left out: {literal(each)}" for each in agreement.left_out),
    ]
    return encodable("\n\n".join(filter(None, blocks)) + "\n")


def _blocks(agreement: Agreement) -> Iterator[Block]:
    observation = agreement.observation
    yield Text(f"{name(agreement.first)} and {name(agreement.second)}", "bold")
    controls = ", ".join(map(name, agreement.controls)) or "none"
    yield Text(f"right answers: {name(agreement.gold)} · controls: {controls}", "dim")
    yield Text(OUTCOME_WORDS[agreement.outcome], STRENGTH_STYLES[observation.strength]).append(
        f": {escape(observation.says)}", "not bold default"
    )
    for each in observation.explained_by:
        yield indented(Text.assemble(("could be explained by: ", "dim"), escape(each)), 2)
    yield Text()
    yield from _tables(agreement)
    for each in agreement.left_out:
        yield Text(f"left out: {escape(each)}", "dim")


def _tables(agreement: Agreement) -> Iterator[Block]:
    figures = bare_table("", "")
    for row in figure_rows(agreement.errors):
        figures.add_row(*row)
    yield figures
    if agreement.errors.control_pairs:
        yield Text()
        pairs = bare_table("pairs with a control", "the same wrong answer")
        for row in pairs_shown(agreement):
            pairs.add_row(*row)
        yield pairs


def _pair_rows(agreement: Agreement) -> Iterator[str]:
    return (_row(*each) for each in pairs_shown(agreement))


def _row(label: str, words: str) -> str:
    return f"| {literal(label)} | {literal(words)} |"


def _count(count: int, share: float) -> str:
    return f"{count:,} ({share:.1%})"


def _interval(estimate: Estimate, digits: int) -> str:
    return f"{estimate.value:,.{digits}f} ({estimate.low:,.{digits}f} to {estimate.high:,.{digits}f})"


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return list(map(_rounded, value))
    return round(value, _DIGITS) if isinstance(value, float) else value
