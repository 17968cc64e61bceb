"""Licence texts and names in, licence ids out."""
