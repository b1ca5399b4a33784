"""The commands, by what they do; `planner.cli` puts them together."""
