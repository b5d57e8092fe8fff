"""Programme files: what an institute certifies against, as one document that travels."""
