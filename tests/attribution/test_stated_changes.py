"""Which sentences of a header say that somebody changed this file."""

from __future__ import annotations

from modelkin.attribution.copies import change_stated

from ..support.processor_time import processor_seconds

STATED = [
    "Modified by Harbour AI",
    "Modified from lamp 1.0",
    "Copied and modified from https://example.org/lamp",
    "This file has been modified by the Harbour team.",
    "It has been modified from its original forms to light smaller rooms.",
    "The codebase is modified based on https://example.org/lamp",
    "We changed the shade.",
    "with minor modifications",
    "Changes made by Harbour AI:",
    "Modifications to this file have been made by Harbour AI",
    "Significant modifications and cleanup from the original lamp",
    "Slightly adapted for Harbour",
    "Copyright 2023 Harbour AI (Modified from lamp)",
]


def test_who_did_what_to_this_file_is_a_statement_of_change() -> None:
    found = {line: change_stated(f"A lamp.\n\n{line}\n") for line in STATED}
    assert {line: said for line, said in found.items() if said != line} == {}


TALK = [
    "Experimental: changes to this interface may come without warning.",
    "This API is subject to change for any reason.",
    "The interface is subject to\nchange by the authors.",
    "May be changed from release to release.",
    "Breaking changes: will be announced.",
    "Any changes made to this file will be overwritten.",
    "Do not modify this file by hand: it was generated.",
    "Not modified from lamp.",
    "Kept unmodified from lamp 1.0",
    "Supported by all lamps",
    "Exported to lamps by name",
    "Inputs are converted to floats for the shade.",
    "The learning rate is adapted to the room.",
    "Can easily be adapted to other rooms.",
    "If changed, tell the authors by letter.",
    "Returns the modified list for the room.",
    "Simplified Chinese for lamps",
    "Rooms where small changes to the light are made",
    "You must cause any modified files to carry prominent notices",
]


def test_what_may_change_or_a_function_changes_states_nothing_of_the_file() -> None:
    assert {line: said for line in TALK if (said := change_stated(f"A lamp.\n\n{line}\n"))} == {}


def test_the_line_is_the_one_that_says_so() -> None:
    said = "Modifications Copyright 2024 Harbour AI"
    assert change_stated(f"Copyright 2020 Lamp\nLicensed under the Lamp License, Version 2.0\n{said}\n") == said


def test_a_hostile_header_is_read_at_once() -> None:
    with processor_seconds(at_most=5):
        for piece in ("A B modified ", "modified ", "changes ", "no ", "the ", "(", ". ", "may "):
            change_stated(piece * 1_000)
