"""What people read on the terminal, in Danish: a run, a figure, an edition, a comparison and the score card."""
