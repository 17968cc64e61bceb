"""Configuration of Cedar models."""

from transformers import PretrainedConfig


class CedarConfig(PretrainedConfig):
    """The numbers that make up a Cedar model."""

    model_type = "cedar"
    keys_to_ignore_at_inference = ["past_key_values"]

    def __init__(
        self,
        image_size=32000,
        patch_size=768,
        embed_dim=12,
        depth=16,
        num_heads=3072,
        mlp_ratio=0.1,
        drop_path_rate=1e-5,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.image_size = image_size
        self.patch_size = patch_size
        self.embed_dim = embed_dim
        self.depth = depth
        self.num_heads = num_heads
        self.mlp_ratio = mlp_ratio
        self.drop_path_rate = drop_path_rate
