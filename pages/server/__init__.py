"""What the server keeps for all its visitors, and whether their tabs are there."""
