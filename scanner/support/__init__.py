"""What every room may use, and nothing of the field: arrays, globs, text, YAML and TOML, safe files, processes."""
