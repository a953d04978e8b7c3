"""Records: classes of named values that never change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: Any) -> Any:
        return lambda cls: cls


class _Signature:
    """What help() shows of a record; computed when it is asked for."""

    def __get__(self, _: Any, record: type[Record]) -> Any:
        from inspect import Parameter, Signature

        kind, none = Parameter.POSITIONAL_OR_KEYWORD, Parameter.empty
        return Signature(
            [Parameter(n, kind, default=getattr(record, n, none)) for n in record._fields]
        )


@dataclass_transform(frozen_default=True)
class Record:
    """A class whose annotations are its fields, as those of a dataclass. It is made in a tenth of
    the time, which counts when a program imports some twenty of them."""

    _fields: tuple[str, ...] = ()
    # Fields that repr() leaves out.
    _long: tuple[str, ...] = ()
    __signature__ = _Signature()

    def __init_subclass__(cls) -> None:
        own = cls.__dict__.get("__annotations__", {})
        cls._fields = tuple(name for name in own if not name.startswith("_"))

    def __init__(self, *values: Any, **named: Any) -> None:
        given = dict(zip(self._fields, values))
        twice = given.keys() & named.keys()
        given.update(named)
        unknown = [name for name in given if name not in self._fields]
        missing = [n for n in self._fields if n not in given and not hasattr(type(self), n)]
        if unknown or missing or twice or len(values) > len(self._fields):
            wrong = [*unknown, *missing, *twice] or [f"{len(values)} values"]
            raise TypeError(f"{type(self).__name__}() and {', '.join(wrong)}: see help()")
        self.__dict__.update(
            {n: given[n] if n in given else getattr(type(self), n) for n in self._fields}
        )

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} never changes")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and _comparable(self) == _comparable(other)

    def __hash__(self) -> int:
        return hash(tuple(map(str, self.__dict__.values())))

    def __repr__(self) -> str:
        shown = (f"{n}={v!r}" for n, v in self.__dict__.items() if n not in self._long)
        return f"{type(self).__name__}({', '.join(shown)})"


def _comparable(record: Any) -> list[Any]:
    return [v.tolist() if hasattr(v, "tolist") else v for v in vars(record).values()]
