"""Configuration of Ivory models."""

from transformers import PretrainedConfig


class IvoryConfig(PretrainedConfig):
    """The numbers that make up a Ivory model."""

    model_type = "ivory"
    keys_to_ignore_at_inference = ["past_key_values"]

    def __init__(
        self,
        token_count=50000,
        channels=1024,
        stages=12,
        branches=16,
        expansion=3072,
        drop=0.1,
        tolerance=1e-6,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.token_count = token_count
        self.channels = channels
        self.stages = stages
        self.branches = branches
        self.expansion = expansion
        self.drop = drop
        self.tolerance = tolerance
