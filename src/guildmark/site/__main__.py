"""`python -m guildmark.site` is the `guildmark` command."""

from .cli import main

main()
