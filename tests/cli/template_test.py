"""`tranche template`: the files for orchestrators parse, whatever their parameters hold."""

import ast
import json
import os
import re
import subprocess

import pytest
import yaml

NASTY = 'a "b" \'c\' \\ # : {x} [y] %s\té☃\U0001f600 &a *b ${HOME} $(HOME) $$ $(x) __job__'
VALUES = {"job": "flights", "image": "registry.example/load:1", "spark_image": "registry.example/spark:1", "campaign": "may",
          "output": "s3a://results", "url": "https://lineage.example"}  # fmt: skip
TEMPLATES = ["argo-loop", "argo-spark", "argo-fan-out", "argo-cron", "argo-campaign", "kubernetes-job", "kubernetes-indexed-job",
             "kubernetes-cronjob", "airflow-dag", "airflow-campaign", "spark-job", "openlineage-http", "prometheus-rules"]  # fmt: skip
MANIFESTS = [name for name in TEMPLATES if name.startswith(("argo-", "kubernetes-"))]


@pytest.fixture
def templates(tranche):
    return {row["name"]: row for row in json.loads(tranche("template", "list", "-o", "json").stdout)}


@pytest.fixture
def render(tranche, templates):
    """render(name, *command, parameter=value…) -> the text, with VALUES where a parameter is needed."""

    def call(name, /, *command, **values):
        needed = {p["name"]: VALUES[p["name"]] for p in templates[name]["parameters"] if p["required"]}
        settings = [word for pair in {**needed, **values}.items() for word in ("--set", "=".join(pair))]
        result = tranche("template", "render", name, *settings, *(("--", *command) if command else ()))
        assert (result.returncode, result.stderr) == (0, ""), result
        return result.stdout

    return call


def objects(text):
    return list(yaml.safe_load_all(text))


def is_yaml(row):
    return row["file"].endswith((".yaml", ".yml"))


def as_the_kubelet_reads(text):
    """In arguments and variables: $(NAME) is replaced where there is such a variable, $$ is one $."""
    return re.sub(r"\$(\$|\(HOME\))", lambda found: "$" if found[1] == "$" else "/root", text) if isinstance(text, str) else text


def scalars(value):
    """All strings and numbers of a document, keys of mappings included."""
    if isinstance(value, dict):
        return [s for pair in value.items() for part in pair for s in scalars(part)]
    if isinstance(value, (list, tuple)):
        return [s for part in value for s in scalars(part)]
    return [value]


def literals(text):
    return [node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)]


def containers(value):
    """Everything with an image, wherever it stands."""
    found = [value] if isinstance(value, dict) and "image" in value else []
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return found + [one for part in parts for one in containers(part)]


def test_the_list_tells_what_each_is_for_and_its_parameters(tranche, templates):
    assert sorted(templates) == sorted(TEMPLATES)
    for row in templates.values():
        assert row["what"] and row["file"].rsplit(".")[-1] in ("yaml", "yml", "py")
        assert all(p["what"] and p["type"] and p["required"] == (p["default"] is None) for p in row["parameters"])
    table = tranche("template", "list").stdout
    assert re.search(r"^argo-loop +Argo: a loop in one step.* job image \[command ", table, re.M)
    shown = json.loads(tranche("template", "show", "argo-loop", "-o", "json").stdout)
    assert shown == templates["argo-loop"]["parameters"]
    assert re.search(r"^retries +number 0\.\.20 +3 ", tranche("template", "show", "argo-loop").stdout, re.M)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_renders_with_what_it_needs(render, templates, name):
    text = render(name)
    assert "#:" not in text and not set(re.findall(r"__(\w+?)__", text)) - {"name", "main"}
    if name in MANIFESTS:
        assert all(one["kind"] and one["apiVersion"] for one in objects(text))
    elif is_yaml(templates[name]):
        assert objects(text)
    else:
        compile(text, name, "exec")


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_file_itself_parses(name, templates):
    path = os.path.join(os.path.dirname(__file__), "../../templates", templates[name]["file"])
    with open(path) as file:
        text = file.read()
    assert objects(text) if is_yaml(templates[name]) else ast.parse(text)


def of_type(templates, kind):
    return [(name, p["name"]) for name, row in templates.items() for p in row["parameters"] if p["type"].split()[0] == kind]


def test_every_text_reaches_the_file_as_it_is(render, templates):
    """Quotes, braces, what looks like a placeholder: nothing of it means anything to YAML or Python."""
    tried = of_type(templates, "text")
    assert len(tried) > 20
    for name, parameter in tried:
        text = render(name, **{parameter: NASTY})
        found = scalars(objects(text)) if is_yaml(templates[name]) else literals(text)
        assert NASTY in (map(as_the_kubelet_reads, found) if name in MANIFESTS else found), (name, parameter)


def test_every_word_of_a_command_reaches_the_file_as_it_is(render, templates):
    words = ["load.sh", "{items_file}", NASTY, "", "-o", "on", "0440", "line\nbreak", "\u2028\x7f\ufeff"]
    tried = of_type(templates, "words")
    assert len(tried) == len(TEMPLATES) - 3
    for name, parameter in tried:
        assert parameter == "command"
        for text in (render(name, *words), render(name, command=json.dumps(words))):
            if templates[name]["file"].endswith(".py"):
                lists = [ast.literal_eval(n) for n in ast.walk(ast.parse(text)) if isinstance(n, ast.List)]
            else:
                lists = [one.get("args") or one["command"] for one in containers(objects(text))]
                lists += [one["command"] for one in containers(objects(text))]
                lists = [[as_the_kubelet_reads(word) for word in one] for one in lists]
            assert any(one[-len(words):] == words for one in lists), name


def test_every_parameter_changes_the_file(render, templates):
    other = {"text": "other", "name": "other", "id": "other", "duration": "7h", "cron": "7 7 * * 1-5", "number": "17", "words": '["other"]'}
    for name, row in templates.items():
        before = render(name)
        for p in row["parameters"]:
            assert render(name, **{p["name"]: other[p["type"].split()[0]]}) != before, (name, p["name"])


@pytest.mark.parametrize("args, said", [
    (["loop"], "NAME: 'loop' is unknown; use one of argo-loop, "),
    (["argo-loop"], "template argo-loop needs --set job=… --set image=…"),
    (["argo-loop", "--set", "jobs=x"], "template argo-loop has no parameter 'jobs'; it has: job, image, "),
    (["argo-loop", "--set", "job"], "--set: 'job' is no setting; accepted is NAME=VALUE"),
    (["argo-loop", "--set", "job=a", "--set", "job=b"], "--set: job is given twice"),
    (["argo-loop", "--set", "command=[\"a\"]", "--", "b"], "the command stands behind -- or in --set command=, not in both"),
    (["spark-job", "--set", "output=x", "--", "b"], "template spark-job has no parameter 'command'"),
    (["argo-loop", "--set", "job=a b", "--set", "image=i"], "'a b' is no usable name for a job; accepted are"),
    (["argo-loop", "--set", "job=a", "--set", "image="], "image: '' is not accepted; accepted is some text"),
    (["argo-loop", "--set", "job=a", "--set", "image=i", "--set", "name=A_b"], "name: 'A_b' is not accepted; accepted is a name of Kubernetes"),
    (["argo-loop", "--set", "job=a", "--set", "image=i", "--set", "name=" + 53 * "a"], "lower-case letters, digits and '-' between them, up to 52"),
    (["argo-loop", "--set", "job=a", "--set", "image=i", "--set", "retries=many"], "retries: 'many'"),
    (["argo-loop", "--set", "job=a", "--set", "image=i", "--set", "retries=21"], "retries: '21'"),
    (["argo-loop", "--set", "job=a", "--set", "image=i", "--set", "command=load.sh x"], "command: 'load.sh x' is not accepted; accepted is a JSON list"),
    (["argo-loop", "--set", "job=a", "--set", "image=i", "--set", "command=[1]"], "command: '[1]' is not accepted"),
    (["argo-cron", "--set", "job=a", "--set", "image=i", "--set", "schedule=hourly"], "schedule: 'hourly' is not accepted; accepted is five fields"),
    (["argo-spark", "--set", "job=a", "--set", "image=i", "--set", "spark_image=i", "--set", "lease=6"], "lease: '6'"),
])  # fmt: skip
def test_a_wrong_call_is_refused_in_one_line(tranche, refused, args, said):
    assert said in refused(tranche("template", "render", *args))


def test_a_value_that_is_not_utf_8_is_refused(tranche_binary, tranche_env):
    result = subprocess.run([tranche_binary, "template", "render", "argo-loop", "--set", b"job=a", "--set", b"image=\xff"],
                            env=tranche_env, capture_output=True)  # fmt: skip
    assert (result.returncode, result.stdout, result.stderr) == (2, b"", b"tranche: image: the value is not UTF-8\n")


def scripts(text):
    """What manifests hand to `sh -c`."""
    return [one["args"][0] for one in containers(objects(text)) if one.get("command", [])[:2] == ["sh", "-c"]]


def test_scripts_in_manifests_are_shell_and_take_their_values_from_the_environment(render):
    found = [script for name in MANIFESTS for script in scripts(render(name))]
    assert len(found) >= 5
    for script in found:
        for shell in (["bash", "-n"], ["dash", "-n"]):
            result = subprocess.run(shell, input=script, capture_output=True, text=True)
            assert result.returncode == 0, script + result.stderr
        # A value that Argo filled in would be shell text.
        assert "{{" not in script


def test_a_command_writes_to_a_path_named_by_its_batch(templates):
    for name, row in templates.items():
        for p in row["parameters"]:
            if p["name"] == "command" and name != "argo-spark":
                assert json.loads(p["default"])[-1].endswith("/batch-{batch_id}"), name


@pytest.mark.parametrize("name", MANIFESTS)
def test_pods_are_confined_and_get_the_inventory_s_password_as_a_file(render, name):
    found = [one for one in objects(render(name)) if one["kind"] != "ConfigMap"]
    for one in containers(found):
        confined = one["securityContext"]
        assert confined["allowPrivilegeEscalation"] is False and confined["capabilities"] == {"drop": ["ALL"]}
        env = {e["name"]: e.get("value") for e in one["env"]}
        mounts = [m["mountPath"] for m in one.get("volumeMounts", []) if m["name"] == "inventory"]
        assert ("TRANCHE_DB" in env) == (mounts == ["/run/secrets/tranche"])
        assert env.get("PGSERVICEFILE", "/run/secrets/tranche/pg_service.conf") == "/run/secrets/tranche/pg_service.conf"
    text = json.dumps(found)
    assert '"runAsNonRoot": true' in text and '"secretName": "tranche", "defaultMode": 288' in text


def test_spark_s_own_container_sees_nothing_of_the_inventory(render):
    (workflow,) = objects(render("argo-spark"))
    (spark,) = [t for t in workflow["spec"]["templates"] if t["name"] == "spark"]
    names = {e["name"] for e in spark["container"]["env"]}
    assert not names & {"TRANCHE_DB", "PGSERVICEFILE", "TRANCHE_LEASE_TOKEN"}
    assert [m["name"] for m in spark["container"]["volumeMounts"]] == ["items"]


@pytest.mark.parametrize("name", ["kubernetes-job", "kubernetes-indexed-job", "kubernetes-cronjob"])
def test_another_pod_is_started_by_exit_status(render, name):
    (one,) = objects(render(name))
    spec = one["spec"]["jobTemplate"]["spec"] if one["kind"] == "CronJob" else one["spec"]
    ignore, fail = spec["podFailurePolicy"]["rules"]
    pod = spec["template"]["spec"]
    assert ignore["action"] == "Ignore" and fail["action"].startswith("Fail")
    assert fail["onExitCodes"]["operator"] == "NotIn" and fail["onExitCodes"]["values"] == [75, 125, 137, 143]
    assert fail["onExitCodes"]["containerName"] == pod["containers"][0]["name"] and pod["restartPolicy"] == "Never"
    args = pod["containers"][0]["args"]
    grace = int(args[args.index("--grace") + 1].removesuffix("s"))
    stop = pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"]
    assert stop[0] == "sleep" and int(stop[1]) + grace + 10 <= pod["terminationGracePeriodSeconds"]


def test_names_of_templates_complete(tranche):
    words = tranche("completion", "bash", "--line", "tranche template render kubernetes-").stdout
    assert [line.split("\t")[0] for line in words.splitlines()] == [n for n in TEMPLATES if n.startswith("kubernetes-")]


def test_a_pg_service_file_names_the_inventory(world, tmp_path):
    """As a Secret's file: unlike a password file it may be readable by the pod's group."""
    if world.kind != "postgres":
        return
    world.job()
    file = tmp_path / "pg_service.conf"
    file.write_text("[tranche]\n" + conninfo(world.url))
    file.chmod(0o440)
    assert world("backlog", "--job", "flights", "--db", "service=tranche", env={"PGSERVICEFILE": str(file)}).returncode == 0


def conninfo(url):
    """A libpq URI or keyword string as lines of a service file."""
    return "".join(f"{name}={value}\n" for name, value in url_parts(url))


def url_parts(url):
    if "://" not in url:
        return [word.split("=", 1) for word in url.split()]
    rest = url.split("://", 1)[1]
    base, _, query = rest.partition("?")
    parts = [part.split("=", 1) for part in query.split("&") if part]
    where, _, database = base.partition("/")
    user, _, host = where.rpartition("@")
    parts += [["user", user.split(":")[0]]] if user else []
    parts += [["password", user.split(":")[1]]] if ":" in user else []
    parts += [["host", host.split(":")[0]]] if host else []
    parts += [["port", host.split(":")[1]]] if ":" in host else []
    return parts + ([["dbname", database]] if database else [])
