"""Guildmark: a certification institute's practitioners govern the standard it certifies against."""
