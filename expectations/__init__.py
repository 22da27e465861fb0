"""What a good delivery and a good registration practice look like, what was found, and who is told."""
