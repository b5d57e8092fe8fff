"""Database backends of Guildmark."""
