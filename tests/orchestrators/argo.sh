#!/usr/bin/env bash
# Tests what `tranche template render` prints for Argo Workflows and Kubernetes by the real programs, which it installs: manifests
# are linted and validated, steps run by argoexec with the real tranche in them; and the example. Arguments go to pytest.
# argoexec is run as process 1 of a PID namespace, which takes root. See adapters/argo/environment.sh for what is installed.
set -euo pipefail
name=argo
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
unshare --pid --fork --mount-proc true 2>/dev/null || lacking "no PID namespaces: they take root, and / to be a mount"
for variable in $(compgen -e | grep '^ARGO_' | grep -vx ARGO_HOME); do unset "$variable"; done
ARGO_HOME=$("$root/adapters/argo/environment.sh")
export ARGO_HOME PATH=$ARGO_HOME/python/bin:$PATH
cd "$root/tests/orchestrators/argo"
run_pytest argo -o python_files='*_test.py' --confcutdir=. "${@:-.}"
