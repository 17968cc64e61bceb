"""What a repository says of itself, its declarations: licence files, metadata, model card, configuration."""
