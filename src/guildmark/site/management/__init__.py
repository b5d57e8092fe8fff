"""The commands of Guildmark."""
