"""Industry clusters: where they are strong, how they change, and how ready places are for an institute or hub."""
