"""What a good delivery and a good practice look like, and what must hold before anything is published."""
