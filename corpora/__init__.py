"""The shipped corpus of known upstream code, and the manifest it is built from."""
