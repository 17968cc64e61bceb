"""Configuration of Ember models."""

from transformers import PretrainedConfig


class EmberConfig(PretrainedConfig):
    """The numbers that make up a Ember model."""

    model_type = "ember"
    keys_to_ignore_at_inference = ["past_key_values"]

    def __init__(
        self,
        num_labels=32000,
        dim=768,
        n_layers=12,
        n_heads=16,
        hidden_dim=3072,
        attention_dropout=0.1,
        initializer_range=1e-5,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.num_labels = num_labels
        self.dim = dim
        self.n_layers = n_layers
        self.n_heads = n_heads
        self.hidden_dim = hidden_dim
        self.attention_dropout = attention_dropout
        self.initializer_range = initializer_range
