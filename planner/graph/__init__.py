"""Solver kernels: arrays in, arrays out. Costs are whole numbers, so that results are exact and repeatable."""
