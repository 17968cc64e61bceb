"""The pages of an audit in a folder: an index, one for each repository and family, and tables as CSV beside them."""
