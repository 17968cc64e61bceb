"""Python source read: grammar, parser, tokens, comments, names, and renames undone."""
