"""When the files of a source first appeared, from whatever the source has: git, releases, the Hub, archives."""
