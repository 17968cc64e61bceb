"""A report as CycloneDX 1.6 JSON: each copied file is a component, with its upstreams as its pedigree.

Edit this when tools that read bills of materials need more of a report.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import quote

from ..results import FileVerdict, Report, UpstreamMatch
from ..results.cells import lines_of_file
from ..support.escaping import encodable, escape
from ..support.lazy import needing
from .chronology import chronology, later_release, only_later
from .corpora import corpora_words
from .observations import conclusion_lines
from .phrases import percent
from .summary import notes

if TYPE_CHECKING:
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component
    from cyclonedx.model.license import DisjunctiveLicense
    from packageurl import PackageURL


_MOST_NOTED_RENAMES = 50


def render(report: Report) -> str:
    """A bill of materials of the files that stand on known upstreams; the same report gives the same text."""
    with needing("sbom", "the cyclonedx format"):
        from cyclonedx.output.json import JsonV1Dot6
    # The library stamps the time of writing.
    data = json.loads(JsonV1Dot6(_bom(report)).output_as_string())
    if report.scanned.at:
        data["metadata"]["timestamp"] = report.scanned.at
    else:
        data["metadata"].pop("timestamp", None)
    return json.dumps(data, indent=2) + "\n"


def _bom(report: Report) -> Bom:
    from cyclonedx.model import Property
    from cyclonedx.model.bom import Bom, BomMetaData
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.model.tool import ToolRepository

    copied = [file for file in report.files if file.upstreams]
    root = Component(name=_text(report.root), type=ComponentType.APPLICATION, bom_ref="root")
    tool = Component(name="modelkin", version=version("modelkin"), type=ComponentType.APPLICATION, bom_ref="modelkin")
    about = (*notes(report), corpora_words(report.corpus))
    told = [Property(name="modelkin:conclusion", value=line) for line in conclusion_lines(report.conclusion)]
    told += [Property(name="modelkin:note", value=_text(line)) for line in about]
    told += [Property(name="modelkin:skipped", value=_text(f"{each.path}: {each.reason}")) for each in report.skipped]
    told += [
        Property(name="modelkin:later", value=_text(f"{file.path}: {words}"))
        for file in only_later(report.files)
        for words in _later(file)
    ]
    named = json.dumps([report.root, [[file.path, file.sha256] for file in report.files]])
    bom = Bom(
        components=[_file(file) for file in copied],
        metadata=BomMetaData(component=root, tools=ToolRepository(components=[tool]), properties=told),
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, named),
    )
    bom.register_dependency(root, list(bom.components))
    return bom


def _file(file: FileVerdict) -> Component:
    from cyclonedx.model import HashAlgorithm, HashType, Property
    from cyclonedx.model.component import Component, ComponentType, Pedigree
    from cyclonedx.model.component_evidence import ComponentEvidence, Occurrence

    reference = f"file:{quote(file.path.encode('utf-8', 'surrogateescape'))}"
    places = [
        Occurrence(
            location=_text(file.path),
            line=lines_of_file(file.cells, each.first_line, each.last_line)[0],
            symbol=_text(each.qualname),
            bom_ref=f"{reference}#definition-{place:05}",
        )
        for place, each in enumerate(file.definitions)
        if each.upstream
    ]
    return Component(
        name=_text(file.path),
        type=ComponentType.FILE,
        bom_ref=reference,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=file.sha256)],
        licenses=_licences(file.licence),
        pedigree=Pedigree(ancestors=_distinct(file.upstreams, reference), notes=_notes(file)),
        evidence=ComponentEvidence(occurrences=places) if places else None,
        properties=[Property(name=f"modelkin:{label}", value=_text(words)) for label, words in _order(file)],
    )


def _order(file: FileVerdict) -> list[tuple[str, str]]:
    """What is known of the order in time, and the files that are younger: these are no ancestors."""
    return [*chronology(file), *(("later", words) for words in _later(file))]


def _later(file: FileVerdict) -> list[str]:
    return [f"also found, later, in {each.project} {later_release(each)} {each.path}" for each in file.later]


def _distinct(upstreams: Iterable[UpstreamMatch], reference: str) -> list[Component]:
    """References are of our own making: those that the library makes up differ from run to run."""
    distinct = {(each.project, each.path): each for each in upstreams}.values()
    return [_upstream(each, f"{reference}#upstream-{place}") for place, each in enumerate(distinct, 1)]


def _upstream(upstream: UpstreamMatch, reference: str) -> Component:
    from cyclonedx.model import ExternalReference, ExternalReferenceType, Property, XsUri
    from cyclonedx.model.component import Component, ComponentType

    links = [ExternalReference(type=ExternalReferenceType.VCS, url=XsUri(quote(upstream.url, safe="/:?&=#%@+,;~")))]
    return Component(
        name=_text(upstream.path),
        group=_text(upstream.project),
        version=_text(upstream.first_release),
        type=ComponentType.FILE,
        bom_ref=reference,
        licenses=_licences(upstream.licence),
        copyright=_text("; ".join(upstream.copyrights)) or None,
        purl=_purl(upstream),
        external_references=links if upstream.url else [],
        properties=[Property(name="modelkin:direction", value=upstream.direction.value)],
    )


def _purl(upstream: UpstreamMatch) -> PackageURL | None:
    from packageurl import PackageURL

    if not upstream.package:
        return None
    return PackageURL("pypi", name=upstream.package, version=upstream.first_release, subpath=upstream.path)


def _licences(licence: str) -> list[DisjunctiveLicense]:
    from cyclonedx.model.license import DisjunctiveLicense
    from cyclonedx.spdx import is_supported_id

    if not licence:
        return []
    return [DisjunctiveLicense(id=licence) if is_supported_id(licence) else DisjunctiveLicense(name=_text(licence))]


def _notes(file: FileVerdict) -> str:
    renames = [f"{_text(each.original)} to {_text(each.copy)}" for each in file.renames[:_MOST_NOTED_RENAMES]]
    told = f"; renamed {', '.join(renames)}" if renames else ""
    return f"{file.verdict.value}, {percent(file.similarity)} of its tokens stand in the first ancestor{told}"


def _text(words: str) -> str:
    """XML, which CycloneDX also is, has no control characters."""
    return encodable(escape(words))
