"""The rules: what licences ask for, and what findings say. They are YAML files in ``rules/``."""
