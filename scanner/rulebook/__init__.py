"""Rules as YAML in, checked rules out."""
