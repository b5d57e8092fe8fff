"""One file for each command of mail."""
