"""The worlds of the command-line tests, under load."""

import importlib.util
import pathlib
import sys

CLI = pathlib.Path(__file__).resolve().parents[1] / "cli"
sys.path.insert(0, str(CLI))
spec = importlib.util.spec_from_file_location("cli_conftest", CLI / "conftest.py")
fixtures = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fixtures)

background = fixtures.background
tranche = fixtures.tranche
tranche_binary = fixtures.tranche_binary
tranche_env = fixtures.tranche_env
world = fixtures.world
