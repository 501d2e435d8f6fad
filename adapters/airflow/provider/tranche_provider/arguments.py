"""Python values as words of a command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Union

Command = Union[str, Sequence[str]]


def flags(**options: Any) -> list[str]:
    """`max_count=4` as `--max-count 4`; a flag that is a word of Python ends with a line here, `for_`.

    None, False and an empty string leave the flag out (a template may render to nothing), True stands alone, a list
    repeats it, a timedelta becomes milliseconds.
    """
    words: list[str] = []
    for name, value in options.items():
        flag = "--" + name.rstrip("_").replace("_", "-")
        if value is None or value is False or value == "":
            continue
        if value is True:
            words.append(flag)
        elif isinstance(value, (list, tuple)):
            for one in value:
                words += [flag, _word(one)]
        else:
            words += [flag, _word(value)]
    return words


def _word(value: Any) -> str:
    if isinstance(value, timedelta):
        return f"{value // timedelta(milliseconds=1)}ms"
    return str(value)


def command_words(command: Command) -> list[str]:
    """A list as it is; a string goes to a shell, as BashOperator's does."""
    if isinstance(command, str) and command.strip():
        return ["sh", "-c", command]
    if not isinstance(command, str) and command and all(isinstance(word, str) for word in command):
        return list(command)
    raise ValueError(f"command: {command!r} cannot be run; a shell command or a list of strings is accepted")


def checked_environment(env: Mapping[str, str] | None) -> dict[str, str]:
    for name, value in (env or {}).items():
        if not isinstance(value, str):
            raise ValueError(f"env: {name!r} is of type {type(value).__name__}; only strings are accepted")
    return dict(env or {})
