"""A report as SPDX 2.3 JSON: each copied file and its upstreams, and how they are related.

Edit this when tools that read SPDX need more of a report. Files are packages whose purpose is FILE: an SPDX file wants
a SHA-1, which says less than the SHA-256 that is known.
"""

from __future__ import annotations

import io
import json
import re
import uuid
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from ..results import FileVerdict, Report, UpstreamMatch, Verdict
from ..support.clock import now
from ..support.escaping import encodable, escape
from ..support.lazy import needing
from .chronology import chronology, later_note, unsettled
from .corpora import corpora_words
from .observations import conclusion_lines
from .phrases import percent
from .summary import notes

if TYPE_CHECKING:
    from spdx_tools.spdx.model import CreationInfo, Document, ExtractedLicensingInfo, Package, Relationship


_ROOT = "SPDXRef-scanned"
_REFERENCE = re.compile(r"LicenseRef-[A-Za-z0-9.-]+")


def render(report: Report) -> str:
    """A document that describes the scanned source. Its time is that of the scan."""
    with needing("sbom", "the spdx format"):
        from spdx_tools.spdx.writer.json.json_writer import write_document_to_stream
    stream = io.StringIO()
    write_document_to_stream(_document(report), stream, validate=False)
    return json.dumps(json.loads(stream.getvalue()), indent=2) + "\n"


def _document(report: Report) -> Document:
    from spdx_tools.spdx.model import Document, Package, Relationship, RelationshipType, SpdxNoAssertion

    copied = [file for file in report.files if file.upstreams]
    origins = {_key(each): each for file in copied for each in file.upstreams}
    names = {key: f"SPDXRef-upstream-{place}" for place, key in enumerate(origins, 1)}
    told = [f"{each.path} was not scanned: {each.reason}" for each in report.skipped]
    comment = "; ".join(filter(None, [*conclusion_lines(report.conclusion), *told, later_note(report.files)]))
    root = Package(
        _ROOT, _text(report.root) or "scanned", SpdxNoAssertion(), files_analyzed=False, comment=_text(comment) or None
    )
    relationships = [Relationship("SPDXRef-DOCUMENT", RelationshipType.DESCRIBES, _ROOT)]
    packages = [root]
    for place, file in enumerate(copied, 1):
        name = f"SPDXRef-file-{place}"
        packages.append(_file(name, file))
        relationships.append(Relationship(_ROOT, RelationshipType.CONTAINS, name))
        relationships += _related(name, file, names)
    packages += [_upstream(names[key], each) for key, each in origins.items()]
    licences = {each.licence for each in copied} | {each.licence for each in origins.values()}
    return Document(_creation(report), packages, [], [], [], relationships, list(_extracted(licences)))


def _creation(report: Report) -> CreationInfo:
    from spdx_tools.spdx.model import Actor, ActorType, CreationInfo

    named = json.dumps([report.root, [[file.path, file.sha256] for file in report.files]])
    return CreationInfo(
        spdx_version="SPDX-2.3",
        spdx_id="SPDXRef-DOCUMENT",
        name=f"modelkin: {_text(report.root)}",
        document_namespace=f"https://spdx.org/spdxdocs/modelkin-{uuid.uuid5(uuid.NAMESPACE_URL, named)}",
        creators=[Actor(ActorType.TOOL, f"modelkin-{version('modelkin')}")],
        created=_moment(report.scanned.at),
        creator_comment=_text("; ".join((*notes(report), corpora_words(report.corpus)))),
    )


def _moment(at: str) -> datetime:
    """When the scan was made; now, where that is not known: the standard wants a time."""
    moment = datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ") if at else now()
    return moment.replace(microsecond=0, tzinfo=None)


def _file(name: str, file: FileVerdict) -> Package:
    from spdx_tools.spdx.model import Checksum, ChecksumAlgorithm, Package, PackagePurpose, SpdxNoAssertion

    return Package(
        spdx_id=name,
        name=_text(file.path),
        download_location=SpdxNoAssertion(),
        file_name=_text(file.path),
        files_analyzed=False,
        checksums=[Checksum(ChecksumAlgorithm.SHA256, file.sha256)],
        license_concluded=SpdxNoAssertion(),
        license_declared=_licence(file.licence),
        copyright_text=SpdxNoAssertion(),
        comment=_comment(file),
        primary_package_purpose=PackagePurpose.FILE,
    )


def _comment(file: FileVerdict) -> str:
    told = [f"{file.verdict.value}, {percent(file.similarity)} of its tokens stand in the closest upstream"]
    return _text("; ".join([*told, *(f"{label} {words}" for label, words in chronology(file))]))


def _upstream(name: str, upstream: UpstreamMatch) -> Package:
    from spdx_tools.spdx.model import Package, PackagePurpose, SpdxNoAssertion

    return Package(
        spdx_id=name,
        name=_text(f"{upstream.project}/{upstream.path}"),
        download_location=SpdxNoAssertion(),
        version=_text(upstream.first_release) or None,
        file_name=_text(upstream.path),
        files_analyzed=False,
        license_concluded=SpdxNoAssertion(),
        license_declared=_licence(upstream.licence),
        copyright_text=_text("\n".join(upstream.copyrights)) or SpdxNoAssertion(),
        source_info=_text(upstream.url) or None,
        external_references=_purl(upstream),
        primary_package_purpose=PackagePurpose.FILE,
    )


def _purl(upstream: UpstreamMatch) -> list[Any]:
    from packageurl import PackageURL
    from spdx_tools.spdx.model import ExternalPackageRef, ExternalPackageRefCategory

    if not upstream.package:
        return []
    purl = PackageURL("pypi", name=upstream.package, version=upstream.first_release, subpath=upstream.path)
    return [ExternalPackageRef(ExternalPackageRefCategory.PACKAGE_MANAGER, "purl", purl.to_string())]


def _related(name: str, file: FileVerdict, names: dict[tuple[str, str, str], str]) -> Iterator[Relationship]:
    from spdx_tools.spdx.model import Relationship, RelationshipType

    for upstream in {_key(each): each for each in file.upstreams}.values():
        kind, told = RelationshipType.VARIANT_OF, unsettled(upstream)  # which of the two came first is not known
        if not told and upstream.verdict is Verdict.IDENTICAL:
            kind = RelationshipType.COPY_OF
        elif not told and upstream.released and upstream.verdict is not Verdict.FRAGMENTS:
            kind = RelationshipType.DESCENDANT_OF
        words = [f"{upstream.verdict.value}, {percent(upstream.share)} of its tokens", told and f"direction {told}"]
        yield Relationship(name, kind, names[_key(upstream)], "; ".join(filter(None, words)))


def _key(upstream: UpstreamMatch) -> tuple[str, str, str]:
    return upstream.project, upstream.path, upstream.first_release


def _licence(licence: str) -> Any:
    """The licence as an expression that the standard takes; else it says that nothing is asserted."""
    from spdx_tools.common.spdx_licensing import spdx_licensing  # type: ignore[import-untyped]
    from spdx_tools.spdx.model import SpdxNoAssertion

    from ..licences.expressions import parsed

    found = parsed(licence, spdx_licensing)
    unknown = [key for key in spdx_licensing.unknown_license_keys(found) if not _REFERENCE.fullmatch(key)]
    return SpdxNoAssertion() if found is None or unknown else found


def _extracted(licences: set[str]) -> Iterator[ExtractedLicensingInfo]:
    """What each LicenseRef stands for: its title and where its text is."""
    from spdx_tools.spdx.model import ExtractedLicensingInfo, SpdxNoAssertion

    from ..rulebook.loader import licence_rule

    for reference in sorted({found for licence in licences for found in _REFERENCE.findall(licence)}):
        rule = licence_rule(reference)
        told = f"{rule.title}: {rule.url}" if rule else f"The licence that the upstream calls {reference}."
        title = rule.title if rule else SpdxNoAssertion()
        yield ExtractedLicensingInfo(reference, told, title, [rule.url] if rule and rule.url else [])


def _text(words: str) -> str:
    return encodable(escape(words))
