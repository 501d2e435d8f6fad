#!/usr/bin/env python3
"""Runs the containers of Argo's templates as pods do: argoexec around the command, its files in a folder, values filled in.

pods.py WORKFLOW.yaml TEMPLATE DATA runs one template of a rendered WorkflowTemplate, and further pods where its retryStrategy says
so, and shows what Argo would. DATA is /data in its containers. ARGO_HOME is what adapters/argo/environment.sh printed,
TRANCHE_BINARY the program. A stand-in for the kubelet, for tests and examples; it takes root.
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import uuid

HERE = pathlib.Path(__file__).resolve().parent
USER = 65532
ARGO = "/var/run/argo"


def fill_in(value, scope):
    """Argo's parameters in every string; one that is not known is a mistake."""
    if isinstance(value, dict):
        return {fill_in(k, scope): fill_in(v, scope) for k, v in value.items()}
    if isinstance(value, list):
        return [fill_in(one, scope) for one in value]
    return re.sub(r"\{\{([\w.-]+)\}\}", lambda found: scope[found[1]], value) if isinstance(value, str) else value


def expand(text, env):
    """The kubelet does so in arguments: $(NAME) where there is such a variable, and $$ for one $."""
    return re.sub(r"\$(\$|\((\w+)\))", lambda found: "$" if found[1] == "$" else env.get(found[2], found[0]), text)


def condition(*words):
    """What Argo's controller decides; see adapters/argo/programs/condition."""
    result = subprocess.run([os.environ["ARGO_HOME"] + "/bin/condition", *words], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return {"true": True, "false": False}[result.stdout.strip()]


def tried_again(template, code, status="Failed"):
    return condition("retry", template["retryStrategy"]["expression"], status, str(code))


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.02)
    return found


class Pods:
    """`data` is /data in every container."""

    def __init__(self, folder, data=None):
        self.folder = folder
        self.data = data or self.dir("data")
        self.secret = self.dir("secret")
        self.started = []

    def dir(self, name):
        path = self.folder / name
        path.mkdir(parents=True)
        os.chown(path, USER, USER)
        return path

    def popen(self, command, env, mounts, log):
        mounts = {"/data": self.data, "/usr/local/bin/tranche": os.environ["TRANCHE_BINARY"],
                  "/usr/local/bin/argoexec": os.environ["ARGO_HOME"] + "/bin/argoexec", **mounts}  # fmt: skip
        binds = [f"{host}:{path}" for path, host in mounts.items()]
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/tmp", **env}
        command = [expand(word, env) for word in command]
        root = self.dir(f"root-{uuid.uuid4().hex[:8]}")
        process = subprocess.Popen(
            ["unshare", "--pid", "--fork", "--mount", "--kill-child", HERE / "container.sh", root, *binds, "--", *command],
            env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # fmt: skip
        self.started.append(process)
        return process

    def shell(self, script, **env):
        """What a script prints that runs in a container without Argo; it must succeed."""
        log = self.folder / f"shell-{uuid.uuid4().hex[:8]}"
        with open(log, "wb") as file:
            status = self.popen(["sh", "-ec", script], env, {}, file).wait(timeout=120)
        assert status == 0, log.read_text()
        return log.read_text()

    def start(self, template, scope, argo_env=None):
        return Pod(self, fill_in(template, {"retries": "0", **scope}), argo_env or {})

    def run(self, template, scope, argo_env=None):
        pod = self.start(template, scope, argo_env)
        pod.wait()
        return pod

    def close(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()  # --kill-child takes the container with it
            process.wait()


class Pod:
    def __init__(self, pods, template, argo_env):
        self.name = f"wf-{template['name']}-{uuid.uuid4().int % 10**9}"
        self.template = template
        self.pods = pods
        self.var = pods.dir(f"{self.name}/argo")
        self.volumes = {v["name"]: pods.dir(f"{self.name}/{v['name']}") for v in template.get("volumes", [])}
        (self.var / "template").write_text(json.dumps(template))
        self.log = pods.folder / self.name / "log"
        for one in template.get("initContainers", []):
            with open(self.log, "ab") as log:
                process = pods.popen([*one["command"], *one.get("args", [])], self.env(one), self.mounts(one), log)
                assert process.wait(timeout=60) == 0, self.text()
        container = template["container"]
        env = {**self.env(container), "ARGO_CONTAINER_NAME": "main", "ARGO_NODE_ID": self.name, "ARGO_INCLUDE_SCRIPT_OUTPUT": "false",
               "ARGO_DEADLINE": "0001-01-01T00:00:00Z", "ARGO_PROGRESS_FILE": f"{ARGO}/progress",
               "ARGO_PROGRESS_PATCH_TICK_DURATION": "1m0s", "ARGO_PROGRESS_FILE_TICK_DURATION": "3s", **argo_env}  # fmt: skip
        command = ["argoexec", "emissary", "--loglevel", "warn", "--log-format", "text", "--", *container["command"], *container.get("args", [])]
        with open(self.log, "ab") as log:
            self.process = pods.popen(command, env, {**self.mounts(container), ARGO: self.var}, log)

    def env(self, container):
        fields = {"metadata.namespace": "argo", "metadata.name": self.name, "metadata.uid": str(uuid.uuid4())}
        return {e["name"]: e["value"] if "value" in e else fields[e["valueFrom"]["fieldRef"]["fieldPath"]] for e in container["env"]}

    def mounts(self, container):
        return {m["mountPath"]: self.volumes.get(m["name"], self.pods.secret) for m in container.get("volumeMounts", [])}

    def text(self):
        return self.log.read_text()

    def signal(self, number=signal.SIGTERM):
        """To process 1, as the kubelet does."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        os.kill(int(wait_for(children.read_text)), number)

    def wait(self):
        self.status = self.process.wait(timeout=120)
        return self.status

    def parameters(self):
        """The output parameters, as the container `wait` saves them."""
        found = {}
        for one in self.template["outputs"]["parameters"]:
            file = self.var / "outputs/parameters" / one["valueFrom"]["path"].lstrip("/")
            if file.exists():
                found[one["name"]] = file.read_text().removesuffix("\n")
            else:
                assert "default" in one["valueFrom"], f"no {one['name']}: the step would end as Error"
                found[one["name"]] = one["valueFrom"]["default"]
        return found

    def progress(self):
        return (self.var / "progress").read_text().strip()


def seconds(duration):
    return int(duration[:-1]) * {"s": 1, "m": 60}[duration[-1]]


def show(workflow, name, data):
    """What Argo shows of the template `name` of `workflow`; whether it succeeded in the end."""
    import yaml

    (spec,) = [one["spec"] for one in yaml.safe_load_all(workflow.read_text()) if one["kind"] == "WorkflowTemplate"]
    (template,) = [one for one in spec["templates"] if one["name"] == name]
    scope = {"workflow.name": "headers-x7k2p", "workflow.uid": str(uuid.uuid4())}
    pods = Pods(pathlib.Path(tempfile.mkdtemp(prefix="pods-", dir=data.parent)), data)
    try:
        for retry in range(template["retryStrategy"]["limit"] + 1):
            pod = pods.run(template, {**scope, "retries": str(retry)})
            print(pod.text(), end="")
            print(f"{name}({retry})  {'Failed, exit code ' + str(pod.status) if pod.status else 'Succeeded'}  progress {pod.progress()}", flush=True)
            if pod.status == 0 or not tried_again(template, pod.status):
                break
            time.sleep(seconds(template["retryStrategy"]["backoff"]["duration"]))
    finally:
        pods.close()
    for parameter, value in pod.parameters().items():
        print(f"  output {parameter}: {value}")
    return pod.status == 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(0 if show(pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3]).resolve()) else 1)
