"""Pages of practitioners, referees, checkers and keepers of the register."""
