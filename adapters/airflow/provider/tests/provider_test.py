"""What Airflow is told of the package, and that it is true."""

from importlib import import_module
from importlib.metadata import entry_points

import pytest

from tranche_provider import get_provider_info

INFO = get_provider_info()


def load(path):
    module, name = path.rsplit(".", 1)
    return getattr(import_module(module), name)


@pytest.mark.parametrize("kind", ["operators", "sensors", "hooks", "triggers"])
def test_modules_that_are_named_exist(kind):
    for one in INFO[kind]:
        for module in one["python-modules"]:
            import_module(module)


def test_classes_that_are_named_exist():
    (connection,) = INFO["connection-types"]
    assert load(connection["hook-class-name"]).conn_type == connection["connection-type"]
    (decorator,) = INFO["task-decorators"]
    assert callable(load(decorator["class-name"]))
    for link in INFO["extra-links"]:
        assert load(link).name


def test_what_is_told_fits_airflows_schema():
    import json
    from importlib.resources import files

    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(INFO, json.loads((files("airflow") / "provider_info.schema.json").read_text()))


def test_airflow_finds_the_package_by_its_entry_point():
    found = [one for one in entry_points(group="apache_airflow_provider") if one.value.startswith("tranche_provider:")]
    assert [one.load() for one in found] == [get_provider_info]
