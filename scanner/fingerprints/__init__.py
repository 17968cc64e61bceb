"""Tokens with names taken out, and the winnowing fingerprints that candidates are looked up by."""
