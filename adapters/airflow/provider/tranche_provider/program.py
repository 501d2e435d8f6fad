"""The `tranche` executable, asked for JSON."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any

from tranche_provider.exceptions import TrancheError

NOTHING_TO_DO = 99


class TrancheProgram:
    """One executable and what names its inventory. The database goes by the environment: a command line is public.

    `environment` holds over this process's own.
    """

    def __init__(self, path: str = "tranche", environment: Mapping[str, str] | None = None) -> None:
        self.path = path
        self.environment = {**os.environ, **(environment or {})}

    def command_line(self, *words: str) -> list[str]:
        found = shutil.which(self.path, path=self.environment.get("PATH"))
        if found is None:
            raise TrancheError(f"no program {self.path!r} on this worker; install tranche there or name its path in [tranche] program")
        return [found, *words]

    def ask(self, *words: str, environment: Mapping[str, str] | None = None) -> str | None:
        """Standard output; None where tranche says that there is nothing to do."""
        command = self.command_line(*words)
        answer = subprocess.run(
            command, env={**self.environment, **(environment or {})}, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        return _judged(words, answer.returncode, answer.stdout, answer.stderr)

    def json(self, *words: str, environment: Mapping[str, str] | None = None) -> Any:
        return _parsed(words, self.ask(*words, "-o", "json", environment=environment))

    async def json_async(self, *words: str) -> Any:
        process = await asyncio.create_subprocess_exec(
            *self.command_line(*words, "-o", "json"),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            output, errors = await process.communicate()
        finally:
            if process.returncode is None:  # the trigger was cancelled
                process.kill()
        assert process.returncode is not None
        return _parsed(words, _judged(words, process.returncode, output, errors))


def _judged(words: tuple[str, ...], status: int, output: bytes, errors: bytes) -> str | None:
    if status == NOTHING_TO_DO:
        return None
    if status != 0:
        lines = errors.decode(errors="replace").strip().splitlines()
        raise TrancheError(f"tranche {words[0]} ended with {status}: {lines[-1] if lines else 'it said nothing'}")
    return output.decode(errors="replace")


def _parsed(words: tuple[str, ...], text: str | None) -> Any:
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        raise TrancheError(f"tranche {words[0]} printed no JSON ({error}): {text[:200]!r}") from error
