"""Declarative rules: licences and findings, one YAML file each."""
