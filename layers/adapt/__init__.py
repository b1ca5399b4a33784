"""Files as agencies publish them -> declared tables. The shape of a file is told from its content; no network."""

from layers.adapt._adapt import ANY as ANY
from layers.adapt._adapt import Shape as Shape
from layers.adapt._adapt import adapt as adapt
from layers.adapt._adapt import shapes as shapes
from layers.adapt._file import Period as Period

__all__ = ["ANY", "Period", "Shape", "adapt", "shapes"]
