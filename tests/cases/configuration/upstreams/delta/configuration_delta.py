"""Configuration of Delta models."""

from transformers import PretrainedConfig


class DeltaConfig(PretrainedConfig):
    """The numbers that make up a Delta model."""

    model_type = "delta"
    keys_to_ignore_at_inference = ["past_key_values"]

    def __init__(
        self,
        sample_rate=32000,
        n_mels=768,
        hidden_dim=12,
        num_blocks=16,
        kernel_size=3072,
        stride=0.1,
        dropout_rate=1e-5,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.sample_rate = sample_rate
        self.n_mels = n_mels
        self.hidden_dim = hidden_dim
        self.num_blocks = num_blocks
        self.kernel_size = kernel_size
        self.stride = stride
        self.dropout_rate = dropout_rate
