"""English as the whole world reads it."""
