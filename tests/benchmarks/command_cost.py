"""What attribution adds to the whole command that scans a source, measured by running it with and without."""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import median

REPEATS = 7
WITH = "from modelkin.cli import main\nmain({arguments!r})\n"
# The stages that attribution is made of, left out of the same command.
WITHOUT = """
from modelkin import api, pipeline
from modelkin.attribution.copies import CheckResult, Copy
from modelkin.repository.model import Declarations
api.read_declarations = lambda checkout: Declarations()
api.check = lambda *_: CheckResult((), ())
pipeline.Examiner._copy = lambda _, verdict, seen: Copy(verdict, seen.notice, ())
"""
TIMED = "import json, resource\nused = resource.getrusage(resource.RUSAGE_SELF)\n"
PRINTED = "import sys\nprint(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]), file=sys.stderr)\n"


def added(source: str) -> tuple[float, float, float]:
    """Seconds of the command without attribution, the share it adds, and by how many MB the peak rises.

    Seconds are of processor time, start-up included, medians of runs that take turns.
    """
    arguments = ["scan", source, "--no-progress", "--no-cache", "--fail-on", "never", "--format", "json"]
    script = WITH.format(arguments=arguments)
    runs = [(_run(script), _run(WITHOUT + script)) for _ in range(REPEATS)]
    whole, less = (tuple(median(values) for values in zip(*each, strict=True)) for each in zip(*runs, strict=True))
    return less[0], whole[0] / less[0] - 1, whole[1] - less[1]


def _run(script: str) -> tuple[float, float]:
    done = subprocess.run([sys.executable, "-c", script + TIMED + PRINTED], capture_output=True, text=True, check=True)
    seconds, megabytes = json.loads(done.stderr.splitlines()[-1])
    return seconds, megabytes
