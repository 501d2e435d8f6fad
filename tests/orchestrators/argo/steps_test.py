"""The steps of Argo's templates under the real argoexec, with the real tranche over the C headers of this machine."""

import json

import pytest
from pods import wait_for

DB = "sqlite:/data/inventory.db"
WORKFLOW = {"workflow.name": "wf", "workflow.uid": "0b1e6f5e-0000-4000-8000-000000000000", "workflow.scheduledTime": "2026-01-01T00:05:00Z"}
COUNT = 'xargs cat <"$1" | wc -l >"$2"; echo "lines=$(cat "$2")" >>"$TRANCHE_OUTPUT_FILE"'


def counting(before=""):
    """A command that writes the number of lines of a batch to a file named by the batch."""
    return ["sh", "-c", f"{before} {COUNT}", "count", "{items_file}", "/data/results/batch-{batch_id}"]


@pytest.fixture
def job(pods):
    """Six batches of real files; job(words…) -> what `tranche words… -o json` says."""
    pods.shell("""
        mkdir /data/results
        ls /usr/include/linux/*.h | head -n 120 >/tmp/list
        tranche register --table headers --format list /tmp/list
        tranche job create headers --table headers --key id --item item --max-count 20 --retry-delay 0s""", TRANCHE_DB=DB)
    return lambda *words: json.loads(pods.shell(f"tranche --log-level error {' '.join(words)} -o json", TRANCHE_DB=DB))


def results(pods):
    return sorted(path.name for path in (pods.data / "results").iterdir())


BATCHES = [f"batch-{n}" for n in range(1, 7)]


def test_a_loop_goes_on_after_a_batch_that_failed_and_a_later_one_takes_it_up(templates, pods, job, tried_again):
    pods.shell(": >/data/refuse; tranche job update headers --retry-delay 15m", TRANCHE_DB=DB)
    refuse = '[ "$$" -gt 0 ] || exit 9; [ "$TRANCHE_BATCH_ID" != 3 ] || [ ! -e /data/refuse ] || exit 65;'
    loop = templates("argo-loop", *counting(refuse))["loop"]
    first = pods.run(loop, WORKFLOW)
    assert first.status == 65, first.text()
    found = first.parameters()
    assert (found["count"], found["failed"]) == ("100", "1")
    assert json.loads(found["summary"])["run_id"] == found["run_id"] and first.progress() == "100/100"  # what failed may come again, or not
    assert not tried_again(loop, 65)
    assert results(pods) == ["batch-1", "batch-2", "batch-4", "batch-5", "batch-6"]

    pods.shell("rm /data/refuse; tranche retry --job headers --all-failed --yes", TRANCHE_DB=DB)
    second = pods.run(loop, WORKFLOW)
    assert second.status == 0, second.text()
    assert second.parameters()["count"] == "20" and second.progress() == "20/20"
    assert results(pods) == BATCHES
    asset = job("asset", "--job", "headers", "--key", "50")
    (batch,) = asset["batches"]
    assert [a["exit_code"] for a in batch["attempts"]] == [65, 0] and int(batch["outputs"]["lines"]) > 0
    runs = job("runs", "--identity", "workflow_name=wf")
    assert {run["identity"]["node_id"] for run in runs} == {first.name, second.name}
    assert all(run["identity"]["namespace"] == "argo" and run["identity"]["pod_uid"] for run in runs)


def test_a_pod_that_is_told_to_stop_gives_its_batch_back_and_another_goes_on(templates, pods, job, tried_again):
    stay = '[ "$TRANCHE_ITERATION" = 1 ] || [ -e /data/started ] || { : >/data/started; exec sleep 600; };'
    loop = templates("argo-loop", *counting(stay))["loop"]
    first = pods.start(loop, WORKFLOW)
    wait_for((pods.data / "started").exists)
    first.signal()
    assert first.wait() == 143, first.text()
    assert first.parameters()["count"] == "20"
    assert tried_again(loop, 143)
    second = pods.run(loop, {**WORKFLOW, "retries": "1"})
    assert second.status == 0, second.text()
    assert results(pods) == BATCHES
    assert {batch["attempt"] for batch in job("batches", "--job", "headers")} == {1}


def test_the_inventory_s_failure_is_tried_again_and_a_missing_command_is_not(templates, pods, job, tried_again):
    nowhere = templates("argo-loop", *counting())["loop"]
    for variable in nowhere["container"]["env"]:
        if variable["name"] == "TRANCHE_DB":
            variable["value"] = "sqlite:/nowhere/inventory.db"
    pod = pods.run(nowhere, WORKFLOW)
    assert pod.status == 125 and tried_again(nowhere, 125), pod.text()
    assert pod.parameters()["count"] == "0"
    missing = templates("argo-loop", "no-such-command")["loop"]
    pod = pods.run(missing, WORKFLOW)
    assert pod.status == 127 and not tried_again(missing, 127), pod.text()


@pytest.mark.parametrize("name, template", [("argo-loop", "loop"), ("argo-cron", "loop"), ("argo-fan-out", "work"), ("argo-fan-out", "plan"),
                                            ("argo-campaign", "work"), ("argo-campaign", "create")])  # fmt: skip
def test_retries_tell_exit_statuses_apart(templates, tried_again, name, template):
    one = templates(name)[template]
    again = [code for code in (1, 2, 64, 65, 75, 99, 124, 125, 126, 127, 137, 143) if tried_again(one, code)]
    assert again == [75, 125, 143]
    assert tried_again(one, -1, "Error")  # the pod is gone
    assert one["retryStrategy"]["retryPolicy"] == "Always"  # the expression alone decides


def test_a_scheduled_loop_keeps_its_slot_s_time(templates, pods, job):
    loop = templates("argo-cron", *counting())["loop"]
    pod = pods.run(loop, WORKFLOW)
    assert pod.status == 0 and results(pods) == BATCHES, pod.text()
    (run,) = job("runs", "--identity", "scheduled_time=2026-01-01T00:05:00Z")
    assert run["identity"]["workflow_uid"] == WORKFLOW["workflow.uid"]


def fan_out(found, pods):
    plan = pods.run(found["plan"], WORKFLOW)
    assert plan.status == 0, plan.text()
    items = json.loads(plan.parameters()["batches"])
    steps = {s["name"]: s for group in found["main"]["steps"] for s in group}
    assert steps["work"]["withParam"] == "{{steps.plan.outputs.parameters.batches}}"
    started = [pods.start(found["work"], {**WORKFLOW, "inputs.parameters.first": i["first"], "inputs.parameters.last": i["last"]}) for i in items]
    return items, [(pod.wait(), pod.parameters()["count"]) for pod in started]


def test_a_fan_out_has_a_pod_for_each_planned_batch(templates, pods, job):
    found = templates("argo-fan-out", *counting('[ "$TRANCHE_BATCH_ID/$TRANCHE_ATTEMPT" != 2/1 ] || exit 1;'), batches="4")
    items, ended = fan_out(found, pods)
    assert items == [{"first": str(n), "last": str(n + 19)} for n in (1, 21, 41, 61)]
    # Another pod may have taken up at once what one failed at: each ends one batch, whichever.
    assert sorted(ended) == [(0, "20"), (0, "20"), (0, "20"), (1, "0")]
    items, ended = fan_out(found, pods)
    assert len(items) == 3 and ended == [(0, "20")] * 3 and results(pods) == BATCHES
    assert fan_out(found, pods) == ([], [])
    (run,) = job("runs", "--identity", "planned_first_key=101")
    assert (run["identity"]["workflow_name"], run["identity"]["planned_last_key"]) == ("wf", "120")


def test_a_plan_of_keys_that_are_text_is_json(templates, pods):
    keys = ['a "b"', "it's, {x}", '"},"last_key_text":"\\', "é☃"]
    rows = ", ".join("('" + key.replace("'", "''") + "')" for key in keys)
    pods.shell("printf '%s' \"$SQL\" | sqlite3 /data/inventory.db && tranche job create headers --table t --key k --item k --max-count 1",
               SQL=f"CREATE TABLE t (k TEXT PRIMARY KEY NOT NULL); INSERT INTO t VALUES {rows};", TRANCHE_DB=DB)  # fmt: skip
    plan = pods.run(templates("argo-fan-out")["plan"], WORKFLOW)
    assert plan.status == 0, plan.text()
    assert [item["first"] for item in json.loads(plan.parameters()["batches"])] == sorted(keys, key=str.encode)


def test_workers_of_a_campaign_do_it_once(templates, pods, job):
    found = templates("argo-campaign", *counting(), **{"from": "11", "to": "50"})
    for _ in range(2):  # whoever submits it again creates nothing anew
        create = pods.run(found["create"], WORKFLOW)
        assert create.status == 0, create.text()
    started = [pods.start(found["work"], WORKFLOW) for _ in range(2)]
    ended = [(pod.wait(), int(pod.parameters()["count"])) for pod in started]
    assert [status for status, _ in ended] == [0, 0] and sum(count for _, count in ended) == 40
    shown = job("campaign", "show", "may", "--job", "headers")
    assert (shown["from"], shown["to"], shown["complete"]) == (11, 50, True)


class SparkWorkflow:
    """acquire, spark and release, one after the other, and give-back in the end."""

    def __init__(self, found, pods, goes_on):
        self.found, self.pods, self.goes_on = found, pods, goes_on
        self.scope = dict(WORKFLOW)
        self.steps = {s["name"]: s for group in found["main"]["steps"] for s in group}

    def acquire(self):
        pod = self.pods.run(self.found["acquire"], self.scope)
        for name, value in pod.parameters().items():
            self.scope[f"steps.acquire.outputs.parameters.{name}"] = self.scope[f"inputs.parameters.{name}"] = value
        for one in self.found["acquire"]["outputs"]["parameters"]:
            if "globalName" in one:
                self.scope["workflow.outputs.parameters." + one["globalName"]] = pod.parameters()[one["name"]]
        return pod

    def skipped(self, name):
        return not self.goes_on(self.steps[name]["when"].replace("{{", "").replace("}}", "").replace(
            "steps.acquire.outputs.parameters.batch_id", self.scope["steps.acquire.outputs.parameters.batch_id"]))  # fmt: skip

    def start(self, name):
        assert not self.skipped(name)
        return self.pods.start(self.found[name], self.scope)

    def run(self, name):
        pod = self.start(name)
        pod.wait()
        return pod

    def give_back(self, status, *failures):
        """`failures` as (name of the step, message), in Argo's form: a JSON list in a JSON string."""
        nodes = [{"displayName": name, "message": message, "templateName": name.split("(")[0], "phase": "Failed", "podName": "p",
                  "finishedAt": "2026-01-01T00:00:00Z"} for name, message in failures]  # fmt: skip
        scope = {"workflow.outputs.parameters.batch-id": "{{…}}", "workflow.outputs.parameters.lease-token": "{{…}}", **self.scope}
        return self.pods.run(self.found["give-back"], {**scope, "workflow.status": status, "workflow.failures": json.dumps(json.dumps(nodes))})


SPARK = ["sh", "-c", 'xargs cat <"$TRANCHE_ITEMS_FILE" | wc -l >"/data/results/batch-$TRANCHE_BATCH_ID"']


@pytest.fixture
def spark(templates, pods, goes_on):
    return lambda *command: SparkWorkflow(templates("argo-spark", *command), pods, goes_on)


def state(job):
    return [(b["batch_id"], b["status"], b["attempt"], b["exit_code"]) for b in job("batches", "--job", "headers")]


def test_acquire_spark_release_process_one_batch(spark, pods, job):
    workflow = spark(*SPARK)
    acquire = workflow.acquire()
    assert acquire.status == 0 and acquire.parameters()["count"] == "20", acquire.text()
    for step in ("spark", "release"):
        pod = workflow.run(step)
        assert pod.status == 0, pod.text()
    assert workflow.give_back("Succeeded").status == 0
    assert results(pods) == ["batch-1"] and state(job) == [(1, "succeeded", 1, None)]


def test_spark_s_failure_is_released_as_one(spark, pods, job):
    workflow = spark("sh", "-c", "exit 4")
    workflow.acquire()
    assert workflow.run("spark").status == 4
    end = workflow.give_back("Failed", ("spark(0)", "main: Error (exit code 4)"), ("wf", "child 'wf-1' failed"))
    assert end.status == 0, end.text()
    assert state(job) == [(1, "failed", 1, 4)]
    again = spark(*SPARK)
    again.acquire()
    assert again.run("spark").status == 0 and again.run("release").status == 0
    assert state(job) == [(1, "succeeded", 2, None)]


def test_a_workflow_that_is_stopped_gives_its_batch_back(spark, pods, job, tried_again):
    workflow = spark("sh", "-c", ": >/items/started; exec sleep 600")
    workflow.acquire()
    pod = workflow.start("spark")
    wait_for((pod.volumes["items"] / "started").exists)
    pod.signal()
    assert pod.wait() == 143 and tried_again(workflow.found["spark"], 143)
    end = workflow.give_back("Failed", ("spark(0)", "main: Error (exit code 143)"), ("spark", "Stopped with strategy 'Stop'"))
    assert end.status == 0, end.text()
    (batch,) = job("batches", "--job", "headers")
    assert batch["status"] == "planned"
    # Nothing was acquired: Argo leaves the names of the parameters as they are.
    assert spark(*SPARK).give_back("Failed", ("acquire(0)", "main: Error (exit code 125)")).status == 0


def test_an_empty_backlog_skips_spark(spark, pods, job):
    pods.shell("tranche run --job headers --iterations all -- true", TRANCHE_DB=DB)
    workflow = spark(*SPARK)
    acquire = workflow.acquire()
    assert acquire.status == 0 and acquire.parameters()["batch_id"] == "", acquire.text()
    assert workflow.skipped("spark") and workflow.skipped("release")
    assert workflow.give_back("Succeeded").status == 0


def test_acquire_is_tried_again_only_where_it_holds_nothing(templates, tried_again):
    acquire = templates("argo-spark")["acquire"]
    assert tried_again(acquire, 125) and not tried_again(acquire, 143) and not tried_again(acquire, -1, "Error")
