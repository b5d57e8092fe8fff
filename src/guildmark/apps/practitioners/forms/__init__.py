"""What practitioners, referees, checkers and keepers of the register fill in."""
