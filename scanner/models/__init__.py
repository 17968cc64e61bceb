"""What the files of a model hold, read as facts: its configuration, its tokenizer, its tensors. Nothing is run."""
