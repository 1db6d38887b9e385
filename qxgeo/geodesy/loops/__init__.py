"""Loops compiled with Numba, imported by `qxgeo.geodesy.compiled` alone and only for much work.

Each does what a plain NumPy form beside it does, by the same arithmetic in the same order; tests
hold the two together. They are cached on disk and let go of the interpreter's lock.

Numba looks at the file of a loop alone to see whether its cache is stale: who changes a module
here, or a constant that one imports, empties ``loops/__pycache__``.
"""

from __future__ import annotations
