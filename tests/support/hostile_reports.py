"""A report whose every text tries something: markup, commands, escape codes, direction marks, broken Unicode."""

from __future__ import annotations

from msgspec.structs import replace

from modelkin.results import (
    Direction,
    FileDate,
    Finding,
    Ground,
    Innovations,
    Kind,
    LeftOut,
    Region,
    Rename,
    Skipped,
    Unread,
    UnreadKind,
)

from .example_reports import ATTRIBUTION, FINDING, INDEPENDENT, REPORT, VLLM_LLAMA, WAIVED, YI

HOSTILE = "a\n::error::b <script>alert(1)</script> \x1b[31m \u202egnp.py | `x` \"'&%0A [l](javascript:x) @all \udcff"
PATH = f"models/{HOSTILE}/50%.py"


def hostile(finding: Finding) -> Finding:
    """The same finding, told by somebody with other ideas."""
    suppression = finding.suppression and replace(finding.suppression, reason=HOSTILE, path=PATH)
    return replace(
        finding,
        region=Region(PATH, 1, 4),
        message=HOSTILE,
        upstream=HOSTILE,
        remedy=HOSTILE,
        clause=HOSTILE,
        upstream_region=Region(PATH, 3, 9),
        suppression=suppression,
    )


UPSTREAM = replace(
    VLLM_LLAMA,
    project=HOSTILE,
    path=PATH,
    first_release=HOSTILE,
    last_release="1",
    copyrights=(HOSTILE,),
    direction=Direction.OPEN,
    without=HOSTILE,
    appeared=HOSTILE,
    appeared_on=HOSTILE,
    recent_lines=(HOSTILE,),
    sources=(HOSTILE,),
    innovations=Innovations(1, 2, HOSTILE, HOSTILE),
)
FILE = replace(
    YI,
    path=PATH,
    upstreams=(UPSTREAM,),
    origin=UPSTREAM,
    licence=HOSTILE,
    notes=(HOSTILE,),
    own_release=HOSTILE,
    dated=FileDate(HOSTILE, Ground.COMMIT, claim=True, at_latest=True, says=HOSTILE),
    direction=Direction.OPEN,
    claim=True,
    later=(UPSTREAM,),
    alike=(UPSTREAM,),
    renames=(Rename(HOSTILE, HOSTILE, Kind.CLASS, 3, 1.0), Rename("a|b", "`c`", Kind.VARIABLE, 1, 1.0, HOSTILE)),
)
ORIGINAL = replace(INDEPENDENT, path=f"{PATH}y", later=(UPSTREAM,), dated=FILE.dated)
HOSTILE_REPORT = replace(
    REPORT,
    root=HOSTILE,
    files=(FILE, ORIGINAL),
    findings=(hostile(FINDING), hostile(WAIVED)),
    skipped=(Skipped(PATH, HOSTILE),),
    unread=(Unread(UnreadKind.NATIVE, 1, (PATH,)), Unread(UnreadKind.OTHER, 1, (PATH,), HOSTILE)),
    attributions=(replace(ATTRIBUTION, path=PATH, upstream=UPSTREAM),),
    hidden=(LeftOut(HOSTILE, HOSTILE, 3),),
    not_obeyed=(LeftOut("settings", HOSTILE, 3),),
)

__all__ = ["HOSTILE", "HOSTILE_REPORT", "PATH"]
