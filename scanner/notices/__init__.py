"""A file's text in, its notices out: copyright lines, licence statements and credits."""
