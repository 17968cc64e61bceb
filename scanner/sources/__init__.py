"""Where code comes from: a path, an archive, a registry package -> Checkout."""
