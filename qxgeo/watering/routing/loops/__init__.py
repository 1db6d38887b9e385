"""Loops of the arc solver: compiled where Numba is there, run as they stand where it is not."""
