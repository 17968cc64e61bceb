"""Which licences a text is, a name means, an SPDX expression joins."""
