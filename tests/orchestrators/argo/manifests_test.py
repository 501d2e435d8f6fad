"""Every manifest is accepted by Argo's linter and Kubernetes' schemas, and both can refuse."""

import os
import pathlib
import subprocess

import kubernetes_validate
import pytest
import yaml
from conftest import TEMPLATES, names

VERSIONS = ["1.31.0", "1.33.0", "1.37.0"]  # podFailurePolicy is final since 1.31, backoffLimitPerIndex since 1.33


def lint(path, text):
    path.write_text(text)
    return subprocess.run([os.environ["ARGO_HOME"] + "/bin/lint", path], capture_output=True, text=True)


@pytest.mark.parametrize("name", names("argo"))
def test_argo_lints_it(render, tmp_path, name):
    result = lint(tmp_path / "workflow.yaml", render(name))
    assert (result.returncode, result.stdout) == (0, "1 objects\n")


@pytest.mark.parametrize("name", names("argo"))
def test_argo_lints_it_with_every_parameter_given(render, tmp_path, name):
    given = {"text": "some: text #", "name": "n", "id": "y", "duration": "7h", "cron": "7 7 * * 1-5", "number": "17"}
    (one,) = [one for one in TEMPLATES if one["name"] == name]
    values = {p["name"]: given[p["type"].split()[0]] for p in one["parameters"] if p["name"] not in ("command", "timezone")}
    result = lint(tmp_path / "workflow.yaml", render(name, "on", "1", "{items_file}", "it's: \"#\"", **values))
    assert (result.returncode, result.stdout) == (0, "1 objects\n")


@pytest.mark.parametrize("name, right, wrong", [
    ("argo-loop", "command: [tranche]", "comand: [tranche]"),
    ("argo-loop", "entrypoint: loop", "entrypoint: lop"),
    ("argo-fan-out", "{{inputs.parameters.first}}", "{{inputs.parameters.frist}}"),
    ("argo-fan-out", "{{steps.plan.outputs.parameters.batches}}", "{{steps.plan.outputs.parameters.ranges}}"),
    ("argo-spark", "{{workflow.outputs.parameters.batch-id}}", "{{workflow.outputs.parameters.batch_id}}"),
    ("argo-cron", "5 * * * *", "65 * * * *"),
    ("argo-campaign", "configMapKeyRef", "configMapRef"),
])  # fmt: skip
def test_the_linter_finds_a_mistake(render, tmp_path, name, right, wrong):
    text = render(name)
    assert right in text
    assert lint(tmp_path / "workflow.yaml", text.replace(right, wrong)).returncode == 1


@pytest.mark.parametrize("name", names("argo"))
def test_values_of_parameters_and_variables_are_strings(render, name):
    """The API server refuses others; the linter does not."""

    def check(value):
        if isinstance(value, dict):
            assert not {"name", "value"} <= value.keys() or isinstance(value["value"], str), value
            assert all(isinstance(word, str) for word in value.get("args", []) + value.get("command", []))
            value = list(value.values())
        if isinstance(value, list):
            for one in value:
                check(one)

    check([yaml.safe_load(part) for part in render(name, "on", "1").split("\n---\n")])


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", names("kubernetes") + ["argo-campaign"])
def test_kubernetes_accepts_it(render, name, version):
    objects = [one for one in yaml.safe_load_all(render(name)) if not one["apiVersion"].startswith("argoproj")]
    assert objects
    for one in objects:
        kubernetes_validate.validate(one, version, strict=True)


@pytest.mark.parametrize("right, wrong", [("backoffLimit: 6", "backofLimit: 6"), ("values: [75, ", "values: [many, "),
                                          ("restartPolicy: Never", "restartPolicy: No"), ("runAsUser: 65532", "runAsUser: nobody")])  # fmt: skip
def test_the_schema_finds_a_mistake(render, right, wrong):
    text = render("kubernetes-job")
    assert right in text
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(yaml.safe_load(text.replace(right, wrong)), VERSIONS[-1], strict=True)


@pytest.mark.parametrize("name", names("argo"))
def test_a_pod_of_argo_s_is_one_of_kubernetes(render, name):
    """Argo's linter does not look into containers as closely as Kubernetes does."""
    (workflow,) = [one for one in yaml.safe_load_all(render(name)) if one["kind"] != "ConfigMap"]
    spec = workflow["spec"].get("workflowSpec", workflow["spec"])
    for template in spec["templates"]:
        if "container" not in template:
            continue
        pod = {"restartPolicy": "Never", "securityContext": spec["securityContext"],
               "volumes": spec["volumes"] + template.get("volumes", []), "initContainers": template.get("initContainers", []),
               "containers": [{"name": "main", **template["container"]}]}  # fmt: skip
        for version in VERSIONS:
            kubernetes_validate.validate({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": pod}, version, strict=True)


def test_the_dockerfile_has_no_findings(tmp_path):
    file = pathlib.Path(__file__).resolve().parents[3] / "Dockerfile"
    result = subprocess.run(["hadolint", "--no-color", file], capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "")
    (tmp_path / "Dockerfile").write_text(file.read_text().replace("FROM debian:12-slim\n", "FROM debian\n"))
    assert "DL3006" in subprocess.run(["hadolint", "--no-color", tmp_path / "Dockerfile"], capture_output=True, text=True).stdout
