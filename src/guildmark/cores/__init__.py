"""Pure libraries: no Django, no database, no network and no clock of their own."""
