"""How loops over arrays are compiled: to machine code, kept on disk, without Python's lock."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numba
import numpy as np

Function = TypeVar("Function", bound=Callable[..., Any])

_CHANGED: Final[dict[Path, float]] = {}
"""When each module with kernels was last changed, in the order of their imports."""


def kernel(function: Function) -> Function:
    """Compile a function of numbers and arrays; the compiled form is kept beside the module for the next process.

    Division by zero gives infinity, as in numpy. Sums keep their order: no fast-math, so the same input gives the
    same bits.
    """
    return _compiled(function, no_cfunc_wrapper=True)


def part(function: Function) -> Function:
    """Compile a function that kernels alone call: Python cannot, and the way from Python is not compiled."""
    return _compiled(function, no_cfunc_wrapper=True, no_cpython_wrapper=True)


def leaf(function: Function) -> Function:
    """Compile a part that makes no arrays and gives none back: uses of arrays are not counted, which compiles faster."""
    return _compiled(function, no_cfunc_wrapper=True, no_cpython_wrapper=True, _nrt=False)


def typed(number: int) -> int:
    """Return a number for a kernel's call of another: numba compiles a function once more for each plain one it is given."""
    return cast("int", np.int64(number))


def _compiled(function: Function, **options: Any) -> Function:
    module = Path(function.__code__.co_filename)
    if module not in _CHANGED:
        _forget_old(module)
    try:
        made = numba.njit(cache=True, nogil=True, error_model="numpy", **options)(function)
    except RuntimeError:  # neither beside the module nor in the user's cache can anything be kept
        return cast("Function", numba.njit(nogil=True, error_model="numpy", **options)(function))
    _keep_if_possible(made)
    return cast("Function", made)


def _keep_if_possible(made: Any) -> None:
    """Let a full disk not end a run: what cannot be kept is compiled again next time."""
    keep = made._cache.save_overload  # noqa: SLF001 (numba guards this on Windows only)

    def keep_or_not(signature: Any, compiled: Any) -> None:
        with suppress(OSError):
            keep(signature, compiled)

    made._cache.save_overload = keep_or_not  # noqa: SLF001


def _forget_old(module: Path) -> None:
    """Remove compiled forms that are older than a module they may call: numba itself looks at their own module only."""
    _CHANGED[module] = module.stat().st_mtime
    newest = max(_CHANGED.values())  # what a module calls was imported before it
    for kept in (module.parent / "__pycache__").glob(f"{module.stem}.*.nbi"):
        if kept.stat().st_mtime < newest:
            with suppress(OSError):  # a folder that cannot be written holds what it was installed with
                kept.unlink(missing_ok=True)
