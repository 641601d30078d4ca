"""Words for pages: percentages, odds, layers and file names."""
