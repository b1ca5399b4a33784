"""Broken and hostile files for every reader: `uv run python -m tests.fuzz --seconds 300`."""
