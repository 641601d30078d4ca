"""Words for pages: percentages, odds, layers, file names and error messages."""
