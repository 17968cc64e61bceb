"""A copy in another style: found where the first form finds little, never called only renamed; nothing else moves."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import modelkin
from modelkin.corpus.absorbing import absorb
from modelkin.corpus.builder import CorpusBuilder
from modelkin.corpus.histories import path_histories
from modelkin.corpus.indexing import index_source
from modelkin.corpus.model import Corpus, Project, Release
from modelkin.corpus.store import open_corpus
from modelkin.corpus.union import CorpusUnion
from modelkin.corpus.validation import problems
from modelkin.dating.dates import SourceFacts
from modelkin.fingerprints.normalize import normalise, normalise_plainly
from modelkin.fingerprints.plain_form import PlainForm
from modelkin.fingerprints.statement_cache import StatementCache
from modelkin.fingerprints.winnowing import winnow
from modelkin.matching.candidates import Candidate, find_candidates, find_hits
from modelkin.matching.query import make_query
from modelkin.matching.ranking import PLAIN_NOTE, VerdictOptions, wants_plain_form
from modelkin.pipeline import Examiner
from modelkin.results import Direction, FileDate, FileVerdict, Ground, Verdict
from modelkin.sources.files import SourceFile
from modelkin.syntax.parser import parse

from ..support.small_corpora import ROTARY, Upstream, corpus_of

POOLING = """
import torch
from torch import nn


def ring_table(width, steps, base=500.0):
    assert width % 2 == 0
    powers = torch.arange(0, width, 2).float()
    powers /= width
    rates = base ** -powers
    turns = torch.outer(torch.arange(steps), rates)
    table = torch.stack([torch.cos(turns), torch.sin(turns)], dim=-1)
    return table


class RingPooler(nn.Module):
    def __init__(self, width, slots, reach=None, decay=0.2):
        super().__init__()
        self.width = width
        self.slots = slots
        self.decay = decay
        self.seeds = nn.Parameter(torch.full((slots, width), 0.1))
        if reach is not None and reach != width:
            self.entry = nn.Linear(reach, width, bias=False)
        else:
            self.entry = nn.Identity()
        self.mixer = nn.Bilinear(width, width, width)
        self.before = nn.RMSNorm(width)
        self.after = nn.RMSNorm(width)

    def fade(self, lengths, device):
        longest = int(lengths.max())
        places = torch.arange(longest, device=device)
        inside = places[None] < lengths[:, None]
        faded = torch.where(inside, self.decay ** places[None], 0.0)
        return faded

    def forward(self, grains, lengths=None):
        assert grains.dim() == 3
        batch = grains.shape[0]
        device = grains.device
        grains = self.entry(grains)
        grains = self.before(grains)
        if lengths is None:
            weights = grains.new_ones(batch, grains.shape[1])
        else:
            weights = self.fade(lengths, device)
        pulled = torch.einsum("bn,bnw->bw", weights, grains)
        spread = pulled.unsqueeze(1).expand(batch, self.slots, self.width)
        seeds = self.seeds.unsqueeze(0).expand_as(spread)
        mixed = self.mixer(seeds.contiguous(), spread.contiguous())
        out = self.after(mixed)
        return out
"""
DISGUISED = """
import torch
from torch import nn


def wheel(d, n, b=500.0):
    t = torch.outer(torch.arange(n), b ** -(torch.arange(0, d, 2).float() / d))
    return torch.stack([torch.cos(t), torch.sin(t)], dim=-1)


class Gatherer(nn.Module):
    def __init__(self, d, k, d_in=None, g=0.2):
        super(Gatherer, self).__init__()
        self.d, self.k, self.g = d, k, g
        self.q = nn.Parameter(torch.full((k, d), 0.1))
        self.inp = nn.Linear(d_in, d, bias=False) if d_in is not None and d_in != d else nn.Identity()
        self.mix, self.pre, self.post = nn.Bilinear(d, d, d), nn.RMSNorm(d), nn.RMSNorm(d)

    def window(self, sizes, dev):
        p = torch.arange(int(sizes.max()), device=dev)
        return torch.where(p[None] < sizes[:, None], self.g ** p[None], 0.0)

    def forward(self, x, sizes=None):
        b, dev = x.shape[0], x.device
        x = self.pre(self.inp(x))
        w = x.new_ones(b, x.shape[1]) if sizes is None else self.window(sizes, dev)
        s = torch.einsum("bn,bnw->bw", w, x).unsqueeze(1).expand(b, self.k, self.d)
        return self.post(self.mix(self.q.unsqueeze(0).expand_as(s).contiguous(), s.contiguous()))
"""


def written(tmp_path: Path, name: str, text: str) -> str:
    path = tmp_path / name / f"{name}.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path.parent)


def compared(tmp_path: Path, text: str) -> FileVerdict:
    report = modelkin.compare(written(tmp_path, "copy", text), written(tmp_path, "original", POOLING))
    return report.files[0]


def without_plain(tmp_path: Path) -> Corpus:
    builder = CorpusBuilder(plain=False)
    release = builder.add_release(Project("lamp", "MIT", "", ""), Release(0, "1.0", "2020-01-01", ""))
    builder.add_file(release, "pooling.py", POOLING.encode(), "0" * 64)
    builder.finish("lamp").save(tmp_path / "lamp.safetensors")
    return open_corpus(tmp_path / "lamp.safetensors")


def test_a_copy_in_another_style_is_found_and_the_report_says_how(tmp_path: Path) -> None:
    verdict = compared(tmp_path, DISGUISED)
    assert verdict.verdict is Verdict.MODIFIED
    assert verdict.similarity >= 0.9
    assert PLAIN_NOTE in verdict.notes
    renames = {rename.original: rename.copy for rename in verdict.renames}
    assert (renames["RingPooler"], renames["seeds"], renames["ring_table"]) == ("Gatherer", "q", "wheel")
    assert "forward" not in renames


def test_what_is_equal_in_the_plain_form_alone_is_no_renaming(tmp_path: Path) -> None:
    told = {each.qualname: each.verdict for each in compared(tmp_path, DISGUISED).definitions}
    assert told["wheel"] is told["Gatherer.window"] is Verdict.MODIFIED


def test_a_renamed_copy_is_looked_at_once(tmp_path: Path) -> None:
    verdict = compared(tmp_path, POOLING.replace("RingPooler", "Gatherer").replace("seeds", "q"))
    assert verdict.verdict is Verdict.RENAMED
    assert PLAIN_NOTE not in verdict.notes


def test_other_code_stays_apart(tmp_path: Path) -> None:
    assert compared(tmp_path, ROTARY).verdict is Verdict.INDEPENDENT


def test_a_corpus_without_plain_forms_answers_as_it_did(tmp_path: Path) -> None:
    corpus = without_plain(tmp_path)
    assert not corpus.knows_plain
    assert corpus.plain_digest_weights is corpus.digest_weights
    folder = written(tmp_path, "copy", DISGUISED)
    lamp = str(tmp_path / "lamp.safetensors")
    verdict = modelkin.scan(folder, modelkin.ScanOptions(corpora=(Path(lamp),))).files[0]
    assert verdict.similarity < 0.65
    assert PLAIN_NOTE not in verdict.notes


def test_a_source_named_with_against_is_known_in_both_forms(tmp_path: Path) -> None:
    folder, original = written(tmp_path, "copy", DISGUISED), written(tmp_path, "original", POOLING)
    without_plain(tmp_path)
    options = modelkin.ScanOptions(corpora=(tmp_path / "lamp.safetensors",), against=(f"lantern={original}",))
    verdict = modelkin.scan(folder, options).files[0]
    assert verdict.upstreams[0].project == "lantern"
    assert PLAIN_NOTE in verdict.notes


def test_a_file_that_shares_nothing_with_an_upstream_is_looked_at_once(tmp_path: Path) -> None:
    options, told = VerdictOptions(), {}
    upstreams = path_histories(CorpusUnion.of([index_source(written(tmp_path, "original", POOLING))]))
    for share in (0.0, 0.2):
        told[share] = wants_plain_form([], [Candidate(upstreams, 0, 0, share)], options)
    assert told == {0.0: False, 0.2: True}
    assert wants_plain_form([], [Candidate(upstreams, 0, 0, 0.0)], VerdictOptions(named=True))


def test_a_copy_in_another_style_is_placed_in_time_as_any_other() -> None:
    before = Upstream("lantern", "0.9", {"rotary.py": ROTARY}, "2021-01-01")
    corpus = corpus_of(before, Upstream("lantern", "1.0", {"pooling.py": POOLING}, "2021-05-04"))
    file, told = SourceFile("copy.py", DISGUISED.encode(), ""), {}
    for date in ("2020-06-01", "2021-03-01", "2022-01-01"):
        dated = FileDate(date, Ground.COMMIT, True)
        source = SourceFacts({"copy.py": dated}.__getitem__)
        verdict = Examiner([corpus], VerdictOptions()).examine(file, None, source).verdict
        told[date] = verdict.verdict, verdict.direction, len(verdict.later)
    assert told == {
        "2020-06-01": (Verdict.INDEPENDENT, Direction.LATER, 1),
        "2021-03-01": (Verdict.MODIFIED, Direction.OPEN, 0),
        "2022-01-01": (Verdict.MODIFIED, Direction.IN_ORDER, 0),
    }


def test_a_corpus_that_another_was_put_into_knows_its_plain_forms(tmp_path: Path) -> None:
    builder, added = CorpusBuilder(), corpus_of(Upstream(files={"pooling.py": POOLING}))
    absorb(builder, without_plain(tmp_path))
    absorb(builder, added)
    both = builder.finish("both")
    assert problems(both) == []
    assert len(both.plain_definitions) == len(added.plain_definitions) > 0
    both.save(tmp_path / "both.safetensors")
    again = open_corpus(tmp_path / "both.safetensors")
    assert all(np.array_equal(again.arrays[name], array) for name, array in both.arrays.items())


def test_what_the_first_form_of_a_file_hit_is_what_the_plain_one_hits(tmp_path: Path) -> None:
    histories = path_histories(CorpusUnion.of([index_source(written(tmp_path, "original", POOLING + ROTARY))]))
    for text in (POOLING, DISGUISED, DISGUISED + ROTARY, POOLING.replace("assert", "return")):
        cache, parsed = StatementCache(), parse(text.encode())
        code = normalise(parsed, text.encode(), cache)
        first = make_query(code, winnow(code), cache.names.hashes)
        plainly = normalise_plainly(parsed, text.encode(), cache, PlainForm(cache.names), code)
        plain = make_query(plainly, first.prints, cache.names.hashes)
        found = find_candidates(plain, histories.plain(), 0.0, find_hits(first, histories.union))
        alone = find_candidates(plain, histories.plain())
        assert [(each.file, each.history, each.share) for each in found] == [
            (each.file, each.history, each.share) for each in alone
        ]
        assert found


def test_the_statements_of_definitions_are_the_same_in_any_order(tmp_path: Path) -> None:
    first = index_source(written(tmp_path, "original", POOLING + ROTARY))
    rows = np.arange(len(first.definition_hashes))[::2]
    for corpus in (first, first.plain):
        assert np.array_equal(np.sort(corpus.statements_in(rows)), np.sort(corpus.held(rows)[0]))
    assert len(first.statements_in(rows)) != len(first.plain.statements_in(rows))
