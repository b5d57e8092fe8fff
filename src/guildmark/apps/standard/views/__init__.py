"""The pages of the standard: reading, comparing, citing, searching, taking away."""
