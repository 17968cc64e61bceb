"""Reports built by hand, for the tests of formats and of the command line."""

from __future__ import annotations

from msgspec.structs import replace

from modelkin.results import (
    Attribution,
    CorpusIdentity,
    DefinitionMatch,
    Direction,
    DutyState,
    FileDate,
    FileVerdict,
    Finding,
    Grade,
    Ground,
    Innovations,
    Kind,
    KnownCorpus,
    LeftOut,
    Level,
    Region,
    Rename,
    Report,
    Scanned,
    Skipped,
    SourceKind,
    State,
    Suppression,
    Trust,
    Unread,
    UnreadKind,
    UpstreamMatch,
    Verdict,
)

_DIGEST = "sha256:" + "ab" * 32
# Without a date, as the age of a corpus is another on each day.
_BASE = KnownCorpus("base", "2026.11.21", _DIGEST, "", 54, 157)
CORPUS = CorpusIdentity("base", "2026.11.21", _DIGEST, (_BASE,))

VLLM_LLAMA = UpstreamMatch(
    project="vllm",
    path="vllm/model_executor/models/llama.py",
    first_release="0.2.0",
    last_release="0.2.1",
    released="2023-09-28",
    share=0.9741,
    licence="Apache-2.0",
    copyrights=("2023 The vLLM team.", "2022 EleutherAI and the HuggingFace Inc. team. All rights reserved."),
    url="https://github.com/vllm-project/vllm",
    direction=Direction.IN_ORDER,
    without="0.1.1",
    appeared="0.1.2",
    appeared_on="2023-07-05",
    innovations=Innovations(14, 16, "0.1.2", "0.2.0"),
)
TRANSFORMERS_LLAMA = UpstreamMatch(
    project="transformers",
    path="transformers/models/llama/modeling_llama.py",
    first_release="4.28.0",
    last_release="4.28.0",
    released="2023-04-13",
    share=0.31,
    licence="Apache-2.0",
    copyrights=(),
    url="https://github.com/huggingface/transformers",
    direction=Direction.IN_ORDER,
    without="4.27.0",
    appeared="4.28.0",
    appeared_on="2023-04-13",
)


def definition(qualname: str, verdict: Verdict, upstream_qualname: str = "", line: int = 10) -> DefinitionMatch:
    """A definition of ten lines, its upstream (if named) a hundred lines further down."""
    upstream = Region("vllm/model_executor/models/llama.py", line + 100, line + 109) if upstream_qualname else None
    matched = 31 if verdict is Verdict.MODIFIED else 33 if upstream else 0
    return DefinitionMatch(
        qualname, line, line + 9, verdict, matched / 33, 120, 33, matched, upstream_qualname, upstream
    )


YI = FileVerdict(
    path="models/yi.py",
    sha256="12" * 32,
    verdict=Verdict.MODIFIED,
    similarity=0.99999,
    licence="",
    upstreams=(VLLM_LLAMA, TRANSFORMERS_LLAMA),
    origin=TRANSFORMERS_LLAMA,
    renames=(
        Rename("input_layernorm", "ln1", Kind.ATTRIBUTE, 3, 1.0, occurrences=3),
        Rename("LlamaMLP", "YiMLP", Kind.CLASS, 2, 1.0, occurrences=2),
        Rename("x", "hidden", Kind.VARIABLE, 4, 1.0, scope="YiMLP.forward", occurrences=4),
        Rename("gate_up", "both", Kind.VARIABLE, 2, 0.5, scope="YiMLP.forward", occurrences=4),
    ),
    definitions=(
        definition("YiMLP", Verdict.RENAMED, "LlamaMLP"),
        definition("_rotate", Verdict.IDENTICAL, "_rotate", 30),
        definition("YiModel.load_weights", Verdict.MODIFIED, "LlamaModel.load_weights", 50),
        definition("extra", Verdict.INDEPENDENT, "", 70),
    ),
    notes=("its header names Yi alone",),
    dated=FileDate("2023-11-06", Ground.COMMIT, claim=True, says="the first commit of the path"),
    direction=Direction.IN_ORDER,
    direction_by=Ground.COMMIT,
    claim=True,
)
OWN = FileVerdict(
    "models/opt.py", "34" * 32, Verdict.INDEPENDENT, 0.0, "Apache-2.0", (), None, (), (), own_release="vllm 0.2.3"
)
INDEPENDENT = FileVerdict("setup.py", "56" * 32, Verdict.INDEPENDENT, 0.0, "", (), None, (), ())

FINDING = Finding(
    rule="holder-removed",
    level=Level.ERROR,
    region=Region("models/yi.py", 1, 4),
    message="the upstream's copyright lines are not in the file",
    upstream="vllm 0.2.0 vllm/model_executor/models/llama.py",
    remedy="add the upstream's header above the file's own",
    clause="Apache-2.0 §4(c)",
    upstream_region=Region("vllm/model_executor/models/llama.py", 1, 22),
)
WAIVED = replace(
    FINDING,
    rule="changes-not-stated",
    level=Level.NOTE,
    message="the file does not say that it was changed",
    remedy="say so at its top",
    clause="Apache-2.0 §4(b)",
    suppression=Suppression("models/yi.py", 2, "stated in CHANGES.md", in_source=True),
)
ATTRIBUTION = Attribution(
    path="models/yi.py",
    upstream=VLLM_LLAMA,
    grade=Grade.NONE,
    duties=(
        DutyState("Apache-2.0", "4(a)", "a copy of the licence", State.MET, "LICENSE"),
        DutyState("Apache-2.0", "4(c)", "the copyright lines", State.MISSED, "2023 The vLLM team."),
        DutyState("Apache-2.0", "6", "no use of trade names", State.NOT_JUDGED, ""),
    ),
)

REPORT = Report(
    root="pypi:vllm==0.2.3",
    corpus=CORPUS,
    files=(YI, OWN, INDEPENDENT),
    findings=(FINDING, WAIVED),
    skipped=(Skipped("models/big.py", "larger than 10 MB"),),
    unread=(
        Unread(UnreadKind.NATIVE, 1, ("models/ops.cu",)),
        Unread(UnreadKind.MARKDOWN, 2, ("lessons/1.md", "lessons/2.md"), "lessons"),
    ),
    trust=Trust.WORKING_TREE,
    hidden=(LeftOut("findings waived", "comments", 1), LeftOut("files excluded", "modelkin.toml", 31)),
    not_obeyed=(LeftOut("settings", "modelkin.toml", 2),),
    seconds=1.23456,
    attributions=(ATTRIBUTION,),
    scanned=Scanned("2026-11-29T20:03:27Z", SourceKind.REGISTRY, "vllm 0.2.3", "2023-12-03", digest="cd" * 32),
)
EMPTY = Report(root="empty", corpus=CORPUS, files=(), findings=(), skipped=(), seconds=0.01)

TIMM_MAE = UpstreamMatch(
    project="timm",
    path="timm/models/mae.py",
    first_release="0.6.0",
    last_release="0.6.0",
    released="2022-07-07",
    share=0.8,
    licence="Apache-2.0",
    copyrights=(),
    url="https://github.com/rwightman/pytorch-image-models",
    direction=Direction.LATER,
    without="0.4.4",
    appeared="0.4.5",
    appeared_on="2021-02-01",
)
ORIGINAL = replace(
    INDEPENDENT,
    path="models_mae.py",
    dated=FileDate("2019-01-02", Ground.COMMIT, claim=True, says="the first commit of the path"),
    direction=Direction.LATER,
    direction_by=Ground.COMMIT,
    claim=True,
    later=(TIMM_MAE,),
)
OPEN = replace(
    YI,
    path="open.py",
    upstreams=(
        replace(
            VLLM_LLAMA,
            direction=Direction.OPEN,
            recent_lines=("2023 The vLLM team.",),
            innovations=Innovations(0, 1, "0.1.2", "0.2.0"),
        ),
        replace(TRANSFORMERS_LLAMA, direction=Direction.UNKNOWN),
    ),
    dated=FileDate("2023-07-01", Ground.RELEASE, says="yi 0.3.0, the first release with the path"),
    direction=Direction.OPEN,
    direction_by=Ground.RELEASE,
    claim=False,
    later=(TIMM_MAE,),
)
UNDATED = replace(
    YI,
    path="undated.py",
    upstreams=(replace(VLLM_LLAMA, direction=Direction.UNKNOWN, innovations=None),),
    dated=FileDate(),
    direction=Direction.UNKNOWN,
    direction_by=Ground.NONE,
    claim=False,
)
IN_TIME = replace(
    REPORT,
    files=(YI, ORIGINAL, OPEN, UNDATED),
    findings=tuple(replace(FINDING, region=Region(path, 1, 4)) for path in ("models/yi.py", "open.py", "undated.py")),
    skipped=(),
    hidden=(),
    not_obeyed=(),
    attributions=(),
)
"""One file in order, one that others have later, one of which the direction is open, and one without a date."""


def only(verdict: Verdict) -> Report:
    """A report on one file of that verdict, without findings."""
    file = FileVerdict("a.py", "78" * 32, verdict, 0.9, "MIT", (VLLM_LLAMA,), VLLM_LLAMA, (), ())
    file = replace(file, direction=Direction.IN_ORDER)
    return Report(root="a.py", corpus=CORPUS, files=(file,), findings=(), skipped=(), seconds=0.1)
