"""Parts of files on the Hub: several at once over kept connections, asked for again where that helps, ended at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ..support.hub_server import HubRepository, HubServer, serving

CONTENT = bytes(range(256)) * 4096
PARTS = [(place * 9_973, 100 + place) for place in range(90)]

READ = """
import json, sys
from modelkin.models import hub_ranges
hub_ranges._PAUSES = (0.01, 0.02)
ranges = hub_ranges.Ranges("lantern/lamp", "main")
found = ranges.read_all("model.safetensors", json.loads(sys.argv[1]))
print(json.dumps([each.hex() if isinstance(each, bytes) else each.reason for each in found]))
"""


def started(server: HubServer, home: Path, parts: Sequence[tuple[int, int]]) -> subprocess.Popen[str]:
    """A process that reads so many parts of one file."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    settings = {"HF_HOME": str(home), "HF_ENDPOINT": server.url, "HF_HUB_DISABLE_TELEMETRY": "1", "HF_TOKEN": "secret"}
    words = [sys.executable, "-c", READ, json.dumps(parts)]
    return subprocess.Popen(words, env=kept | settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def read(server: HubServer, home: Path, parts: Sequence[tuple[int, int]]) -> list[Any]:
    """What came of them: bytes, or a reason."""
    with started(server, home, parts) as process:
        told, problems = process.communicate(timeout=120)
    assert process.returncode == 0, problems
    return [bytes.fromhex(each) if each and " " not in each else each for each in json.loads(told)]


def repository(**more: Any) -> dict[str, HubRepository]:
    return {"lantern/lamp": HubRepository({"model.safetensors": CONTENT}, **more)}


def test_parts_come_in_order_over_few_connections_and_no_more_is_sent(tmp_path: Path) -> None:
    with serving(repository()) as server:
        found = read(server, tmp_path, PARTS)
        assert found == [CONTENT[place : place + count] for place, count in PARTS]
        assert len(server.asked) == len(PARTS)
        assert server.sent == sum(count for _, count in PARTS)
        assert len(server.connections) <= 8


def test_where_the_hub_sends_on_it_is_asked_once_for_the_address(tmp_path: Path) -> None:
    with serving(repository(elsewhere="127.0.0.1")) as server:
        assert read(server, tmp_path, PARTS) == [CONTENT[place : place + count] for place, count in PARTS]
        # At most as many ask for it as are at work when none knows it yet.
        assert len(PARTS) < len(server.asked) <= len(PARTS) + 8
        assert server.tokens_elsewhere, "the Hub's own host has the token"


def test_the_token_goes_to_no_other_host(tmp_path: Path) -> None:
    with serving(repository(elsewhere="localhost", token="secret")) as server:
        assert read(server, tmp_path, PARTS) == [CONTENT[place : place + count] for place, count in PARTS]
        assert server.tokens_elsewhere == []


def test_an_answer_that_may_pass_is_asked_for_again_and_another_is_not(tmp_path: Path) -> None:
    with serving(repository()) as server:
        server.answers[:] = [503, 429]
        assert read(server, tmp_path, PARTS[:1]) == [CONTENT[:100]]
        assert len(server.asked) == 3
        server.answers[:] = [503] * 9
        [told] = read(server, tmp_path, PARTS[:1])
        assert told == "cannot be read from the Hub: the Hub answers 503"
        assert len(server.asked) == 6, "a part is asked for three times at most"
        server.answers[:] = [403]
        [told] = read(server, tmp_path, PARTS[:1])
        assert told == "cannot be read from the Hub: the Hub answers 403"
        assert len(server.asked) == 7


def test_one_part_that_is_refused_leaves_the_others(tmp_path: Path) -> None:
    with serving(repository()) as server:
        server.answers[:] = [403]
        found = read(server, tmp_path, PARTS)
        assert sum(each == "cannot be read from the Hub: the Hub answers 403" for each in found) == 1
        assert sum(isinstance(each, bytes) for each in found) == len(PARTS) - 1


@pytest.mark.skipif(os.name == "nt", reason="no signal of a terminal there")
def test_whoever_interrupts_waits_for_no_server(tmp_path: Path) -> None:
    with serving(repository()) as server:
        server.answers[:] = [-1] * 20
        with started(server, tmp_path, PARTS) as process:
            until = time.monotonic() + 60
            while len(server.asked) < 8 and time.monotonic() < until:
                time.sleep(0.05)
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            _, problems = process.communicate(timeout=60)
        assert "KeyboardInterrupt" in problems
        assert time.monotonic() - began < 10
        assert len(server.asked) == 8, "more was asked for after the interrupt"
