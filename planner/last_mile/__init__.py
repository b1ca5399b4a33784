"""The last mile: what a build must cover, its design along streets, and the projects that a town can choose."""
