"""The containers of Kubernetes' templates, as the kubelet starts and stops them."""

import signal
import subprocess

import pytest
import yaml
from pods import USER, Pod, wait_for

DB = "sqlite:/data/inventory.db"
FIELDS = {"metadata.namespace": "ns", "metadata.name": "pod-1", "metadata.uid": "u-1", "metadata.labels['batch.kubernetes.io/job-name']": "headers",
          "metadata.annotations['batch.kubernetes.io/job-completion-index']": "3"}  # fmt: skip


class Container:
    """Has a signal() as a pod of Argo's."""

    signal = Pod.signal

    def __init__(self, pods, text):
        (one,) = yaml.safe_load_all(text)
        spec = one["spec"]["jobTemplate"]["spec"] if one["kind"] == "CronJob" else one["spec"]
        self.fail = spec["podFailurePolicy"]["rules"][1]["onExitCodes"]["values"]
        pod = spec["template"]["spec"]
        assert pod["securityContext"]["runAsUser"] == USER
        (container,) = pod["containers"]
        self.stop = container["lifecycle"]["preStop"]["exec"]["command"]
        env = {e["name"]: e["value"] if "value" in e else FIELDS[e["valueFrom"]["fieldRef"]["fieldPath"]] for e in container["env"]}
        with open(pods.folder / "log", "wb") as log:
            self.process = pods.popen([*container["command"], *container["args"]], env, {"/run/secrets/tranche": pods.secret}, log)

    def wait(self):
        return self.process.wait(timeout=120)


@pytest.fixture
def started(pods, render):
    """started(name, *command) -> the container of a template, over a job of three batches; started.shell(script) asks tranche."""
    pods.shell("""
        mkdir /data/results
        ls /usr/include/linux/*.h | head -n 30 >/tmp/list
        tranche register --table headers --format list /tmp/list
        tranche job create headers --table headers --key id --item item --max-count 10 --retry-delay 15m""", TRANCHE_DB=DB)

    def call(name, *command):
        return Container(pods, render(name, *command, db=DB))

    call.shell = lambda script: pods.shell(script, TRANCHE_DB=DB)
    return call


@pytest.mark.parametrize("name", ["kubernetes-job", "kubernetes-indexed-job", "kubernetes-cronjob"])
def test_a_job_s_container_works_through_the_backlog_and_tells_its_names(started, pods, name):
    assert started(name, "sh", "-c", 'xargs cat <"$1" >"$2"', "cat", "{items_file}", "/data/results/batch-{batch_id}").wait() == 0
    assert sorted(path.name for path in (pods.data / "results").iterdir()) == ["batch-1", "batch-2", "batch-3"]
    info = started.shell("tranche runs --identity job_name=headers --identity pod_uid=u-1 -o json")
    assert ('"worker":"3"' in info) == (name == "kubernetes-indexed-job") and '"namespace":"ns"' in info


def test_a_command_s_own_failure_ends_the_job_and_a_lost_inventory_does_not(started):
    one = started("kubernetes-job", "sh", "-c", "exit 3")
    assert one.wait() == 3 and 3 not in one.fail
    started.shell("mv /data/inventory.db /data/away")
    lost = started("kubernetes-job", "true")
    assert lost.wait() == 125 and 125 in lost.fail


def test_a_job_that_is_stopped_gives_its_batch_back(started, pods):
    one = started("kubernetes-job", "sh", "-c", ": >/data/started; exec sleep 600")
    wait_for((pods.data / "started").exists)
    subprocess.run([one.stop[0], "0"], check=True)  # preStop's program is there
    one.signal(signal.SIGTERM)
    assert one.wait() == 143 and 143 in one.fail
    assert '"status":"planned"' in started.shell("tranche batches --job headers -o json")
