"""What both file formats share: the archive, its arrays, its metadata, and why a file is refused."""
