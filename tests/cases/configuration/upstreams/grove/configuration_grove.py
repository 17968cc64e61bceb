"""Configuration of Grove models."""

from transformers import PretrainedConfig


class GroveConfig(PretrainedConfig):
    """The numbers that make up a Grove model."""

    model_type = "grove"
    keys_to_ignore_at_inference = ["past_key_values"]

    def __init__(
        self,
        in_channels=32000,
        out_channels=768,
        block_widths=12,
        block_depths=16,
        groups=3072,
        act_fn=0.1,
        norm_eps=1e-5,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.block_widths = block_widths
        self.block_depths = block_depths
        self.groups = groups
        self.act_fn = act_fn
        self.norm_eps = norm_eps
