"""Configuration of Fjord models."""

from transformers import PretrainedConfig


class FjordConfig(PretrainedConfig):
    """The numbers that make up a Fjord model."""

    model_type = "fjord"
    keys_to_ignore_at_inference = ["past_key_values"]

    def __init__(
        self,
        vocab_size=32000,
        encoder_layers=768,
        decoder_layers=12,
        d_model=16,
        encoder_heads=3072,
        decoder_heads=0.1,
        scale_embedding=1e-5,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.vocab_size = vocab_size
        self.encoder_layers = encoder_layers
        self.decoder_layers = decoder_layers
        self.d_model = d_model
        self.encoder_heads = encoder_heads
        self.decoder_heads = decoder_heads
        self.scale_embedding = scale_embedding
