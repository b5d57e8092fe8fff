"""An app that leaves traces of what jobs and receivers did."""
