"""Words for pages: shares in percent and as odds, lists, layers and file names."""
