#!/usr/bin/env bash
# A step of Argo Workflows over every C header of this machine, by the real argoexec: a pod takes batch after batch, fails at one of
# them, and another pod, which Argo's retryStrategy asks for, continues. Installs and builds what is missing, from a bare Debian or Ubuntu
# on; argoexec is built from its Go modules into build/ (some minutes, once). The pod is a container without an image, in
# namespaces of its own, for which the script needs root. Works in a new folder under the temporary directory.
#   TRANCHE_BINARY=PATH  use this program and build nothing
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/examples/show.sh"
usage "$@"
[ "$(id -u)" = 0 ] || die "needs root, for the namespaces of a pod"
find_tranche
TRANCHE_BINARY=$(command -v tranche)
ARGO_HOME=$("$root/adapters/argo/environment.sh")
export TRANCHE_BINARY ARGO_HOME
PATH=$ARGO_HOME/bin:$ARGO_HOME/python/bin:$root/examples/argo:$PATH
work_in argo
chmod 755 .
mkdir -p data/results
cp "$root/examples/count-lines.sh" data/

step "1. Register the headers and define a job over them"
export TRANCHE_DB=sqlite:$work/data/inventory.db
try "tranche register --table headers --glob '*.h' /usr/include"
try "tranche job create headers --table headers --key id --item item --weight weight \\
  --max-weight 4MiB --max-attempts 5 --retry-delay 18s"
# What the pod runs as; see the template.
chown -R 65532:65532 data

step "2. A WorkflowTemplate; in its first pod the command asks to be started anew (75) where stdlib.h is in a batch"
count='[ "$TRANCHE_IDENTITY_RETRY" != 0 ] || export REFUSE=/usr/include/stdlib.h; /data/count-lines.sh "$@" || exit 75'
try "tranche template render argo-loop --set job=headers --set image=none --set db=sqlite:/data/inventory.db \\
  -- sh -c '$count' count {items_file} /data/results/batch-{batch_id}.gz >loop.yaml"
try "lint loop.yaml"

step "3. The pods of its step, in Argo's terms: exit code, progress, output parameters"
try "pods.py loop.yaml loop data 2>&1 | grep -E 'failed|cannot|iterations|^loop|output [^s]'"

step "4. In ours: which pods processed stdlib.h, and all runs of the workflow"
try "tranche asset --job headers --item /usr/include/stdlib.h"
try "tranche runs --identity workflow_name=headers-x7k2p"
try "tranche backlog --job headers"

step "5. Check it against the files themselves"
find /usr/include -name '*.h' -xtype f | LC_ALL=C sort >expected.txt
lines=$(tr '\n' '\0' <expected.txt | xargs -0 cat -- | wc -l)
same "lines in data/results/" "$(gzip -dc data/results/*.gz | wc -l)" "$lines"
same "runs" "$(tranche runs --identity workflow_name=headers-x7k2p -o jsonl | wc -l)" 2
echo "$(wc -l <expected.txt) headers, $lines lines, as one pass over all of them counts."

step "Done in $((SECONDS - started)) s"
printf 'All of it is in %s.\n' "$work"
