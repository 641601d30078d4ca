"""What both file formats share: the archive, its arrays, its metadata, and the reasons for refusal."""
