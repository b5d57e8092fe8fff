"""The face of Guildmark: settings, urls, base templates, composed pages and the command line."""
