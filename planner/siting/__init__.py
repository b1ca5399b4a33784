"""Siting: where institutes, hubs and satellites should stand, under which conditions, and how sure that is."""
