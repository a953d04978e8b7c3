# What cffi makes of the library's headers: any function, struct and constant that they declare.
from typing import Any

ffi: Any
lib: Any
