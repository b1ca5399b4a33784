"""Town finance: whether a town's network can live, who pays for it, and what could go wrong.

`planner.finance.town` holds the arithmetic, `project` reads the projects, `tables` makes the result tables, `risk` draws what is
uncertain, `funding` says who pays.
"""
