"""Words for pages: percentages, odds, layers, file names, and what could not be done."""
