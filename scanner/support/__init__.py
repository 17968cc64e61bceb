"""What every room may use, nothing of the field: arrays, globs, text, YAML and TOML, safe files, processes."""
