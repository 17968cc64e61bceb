"""Configuration of Birch models."""

from transformers import PretrainedConfig


class BirchConfig(PretrainedConfig):
    """The numbers that make up a Birch model."""

    model_type = "birch"
    keys_to_ignore_at_inference = ["past_key_values"]

    def __init__(
        self,
        vocab_size=32000,
        d_model=768,
        n_layer=12,
        n_head=16,
        d_inner=3072,
        resid_pdrop=0.1,
        layer_norm_epsilon=1e-5,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.vocab_size = vocab_size
        self.d_model = d_model
        self.n_layer = n_layer
        self.n_head = n_head
        self.d_inner = d_inner
        self.resid_pdrop = resid_pdrop
        self.layer_norm_epsilon = layer_norm_epsilon
