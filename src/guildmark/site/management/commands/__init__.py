"""One file for each command that spans contexts."""
