"""Configuration of Haven models."""

from transformers import PretrainedConfig


class HavenConfig(PretrainedConfig):
    """The numbers that make up a Haven model."""

    model_type = "haven"
    keys_to_ignore_at_inference = ["past_key_values"]

    def __init__(
        self,
        vocab_size=32000,
        max_positions=768,
        width=12,
        layers=16,
        heads=3072,
        ffn_width=0.1,
        tie_weights=1e-5,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.vocab_size = vocab_size
        self.max_positions = max_positions
        self.width = width
        self.layers = layers
        self.heads = heads
        self.ffn_width = ffn_width
        self.tie_weights = tie_weights
