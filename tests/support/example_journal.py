"""One record of each kind that a journal holds."""

from __future__ import annotations

from modelkin.attribution.copies import Copy, Examined
from modelkin.audit.records import (
    SCHEMA,
    AuditHeader,
    ContentIdentity,
    ContentRecord,
    FileFacts,
    RecordedFile,
    RepositoryRecord,
)
from modelkin.notices.model import Notice
from modelkin.results import CorpusIdentity, Skipped

from .example_reports import FINDING, YI

HEADER = AuditHeader(SCHEMA, "0.1", "repos", CorpusIdentity("base", "1", "ab" * 32))
COPY = Copy(YI, Notice("MIT", ("Copyright 2020 Someone",)), ())
FACTS = FileFacts(YI.dated, ("yi",))
CONTENT = ContentRecord(ContentIdentity("12" * 32, ".py", "models/yi.py", FACTS), Examined(YI, COPY))
REPOSITORY = RepositoryRecord(
    "org/name",
    "repos/org/name",
    places=(RecordedFile("models/yi.py", "12" * 32, FACTS),),
    findings=(FINDING,),
    skipped=(Skipped("big.py", "7.0 MB is over the limit"),),
    seconds=1.25,
)
