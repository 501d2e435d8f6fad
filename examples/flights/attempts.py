"""Reads a campaign's batches (JSON lines): how many attempts it took to find the days that fail, beside the bound of a search by halves."""

import json
import math
import sys
from collections import Counter

batches = {batch["batch_id"]: batch for batch in map(json.loads, sys.stdin)}


def root(batch):
    return batch["batch_id"] if batch["parent_batch_id"] is None else root(batches[batch["parent_batch_id"]])


attempts = Counter()
for batch in batches.values():
    attempts[root(batch)] += batch["attempt"]
poison = Counter(root(batch) for batch in batches.values() if batch["exhausted"])

bound = sum(days * 2 * math.ceil(math.log2(batches[top]["count"])) + 1 for top, days in poison.items())
needed = sum(attempts[top] for top in poison)
whole = ", ".join(f"{batches[top]['count']} days" for top in poison)
print(f"{sum(poison.values())} days fail for good; they were in batches of {whole}.")
print(f"To find them took {needed} attempts; halving takes at most {bound}: 2 log2(days) for each, and the first.")
sys.exit(needed > bound)
