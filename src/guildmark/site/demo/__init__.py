"""The demo institute that `guildmark run --demo` shows; never in production."""
