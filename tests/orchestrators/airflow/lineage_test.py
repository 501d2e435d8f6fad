"""What Airflow's OpenLineage provider and tranche tell of one task: one picture, not two."""


def datasets(event):
    return {(one["namespace"], one["name"]) for one in event["inputs"]}


def test_a_batch_hangs_below_the_task_and_the_dag_run_and_both_name_one_input(told):
    task, batches = told
    above = task[-1]["run"]["facets"]["parent"]
    assert [event["eventType"] for event in batches] == ["START", "COMPLETE"] * 2
    for event in batches:
        parent = event["run"]["facets"]["parent"]
        assert (parent["job"]["name"], parent["run"]["runId"]) == ("load.load", task[-1]["run"]["runId"])
        assert (parent["root"]["job"]["name"], parent["root"]["run"]["runId"]) == ("load", above["run"]["runId"])
    assert [event["eventType"] for event in task] == ["START", "COMPLETE"]
    (named,) = set().union(*map(datasets, task), *map(datasets, batches))
    assert named[0].startswith("sqlite:/") and named[1] == "assets"
