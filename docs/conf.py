"""How Sphinx builds the documentation; `make docs`."""

project = "Guildmark"
author = "The Guildmark contributors"
copyright = author  # noqa: A001 - Sphinx reads this name
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "Guildmark"
exclude_patterns = ["_build"]
myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]
nitpicky = True
suppress_warnings = ["myst.xref_missing"]
