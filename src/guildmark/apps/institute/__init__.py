"""The institute that runs this installation: its name, public origin, brand and programme."""
