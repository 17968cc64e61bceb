"""A message template in, what is wrong with it out: which facts the messages of findings may name."""

from __future__ import annotations

from string import Formatter

# Attribution fills each of these for every finding it makes; what does not apply is an empty text.
FIELDS = frozenset(
    {
        "asks",  # what the clause asks for
        "base_model",  # a model that a model card names, or should
        "clause",  # "Apache-2.0 §4(c)"
        "credited",  # the project that the copy's own credit names
        "definitions",  # of the copy, by qualified name
        "found",  # what stands in the copy in place of what is missing
        "holders",  # the upstream's copyright lines that are concerned
        "key",  # of a configuration file
        "licence",  # the upstream file's
        "missing",  # the text that should stand there
        "path",  # the copy's
        "project",  # the upstream's
        "reason",  # why two licences cannot be combined
        "release",  # the upstream's first release with that text
        "share",  # of the copy's tokens, in percent
        "upstream",  # "transformers 4.28.1 models/llama/modeling_llama.py"
        "upstream_path",
        "url",  # the upstream file's
        "value",  # of the configuration's key
        "whole",  # the licence of the repository the copy stands in
    }
)


def template_problem(template: str) -> str:
    """Why ``template`` cannot be filled in, in words; empty where it can."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        return f"is no template: {error}"
    for _, field, form, conversion in parts:
        if field is None:
            continue
        if field not in FIELDS:
            return f"names {{{field}}}; known are {', '.join(sorted(FIELDS))}"
        if form or conversion:
            return f"formats {{{field}}}; a field stands bare"
    return ""
