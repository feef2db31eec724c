"""Makes SciPy's special functions quick to import: the first import decides, so every statistic goes through here.

SciPy copies all of NumPy's namespace, and to copy a name is to import what lies behind it: the interface to Fortran
compilers, the test tools and others that nobody here uses, together half of the import.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

_UNUSED = frozenset({"f2py", "testing", "ma", "polynomial", "random", "ctypeslib"})
_LISTS = ("__all__", "__numpy_submodules__")
"""Where NumPy tells which names it has."""


@contextmanager
def _untold() -> Iterator[None]:
    """Let NumPy not tell of what nobody uses; it has it all the same."""
    told = {name: getattr(np, name) for name in _LISTS if hasattr(np, name)}
    for name, names in told.items():
        setattr(np, name, type(names)(one for one in names if one not in _UNUSED))
    try:
        yield
    finally:
        for name, names in told.items():
            setattr(np, name, names)


with _untold():
    import scipy.special  # noqa: F401  (imported for its effect: it is in place afterwards)
