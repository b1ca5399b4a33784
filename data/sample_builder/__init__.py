"""Builds the sample region from the facts and outlines beside it; see `data/README.md` for what is invented."""
