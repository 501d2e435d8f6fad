# Python environments with what tests and examples need beside tranche. Sourced; `root` is the project's folder.

environment_error() { echo "environment.sh: $*" >&2; exit 1; }

# What this machine cannot have, such as a registry that it does not reach. Status 77 and the reason, which a script of
# tests/orchestrators hands to the summary: left out, and neither passed nor failed.
lacking() {
  echo "environment.sh: $*" >&2
  [ -z "${TRANCHE_LACKING:-}" ] || echo "$*" >"$TRANCHE_LACKING"
  exit 77
}

# packages NAME...: of the system
packages() {
  local options=() package
  for package in "$@"; do options+=(--with "$package"); done
  "$root/bootstrap.sh" --packages-only "${options[@]}" >&2 || lacking "the system's packages $* cannot be installed"
}

# python_from VERSION NAME...: the first that is there and new enough.
python_from() {
  local oldest=$1 python
  shift
  for python in "$@"; do
    if "$python" -c "import sys; sys.exit(sys.version_info < (${oldest/./, }))" 2>/dev/null; then echo "$python"; return; fi
  done
  lacking "no Python from $oldest on"
}

# install_environment FOLDER PYTHON PACKAGE...: needs python3-venv of the system; kept for the next time. What was installed whole is marked with its packages, so
# that a broken or another installation is not taken for it.
install_environment() {
  local folder=$1 python=$2
  shift 2
  [ "$(cat "$folder/installed" 2>/dev/null)" != "$*" ] || return 0
  echo "installing $* into $folder" >&2
  rm -rf "$folder"
  "$python" -m venv "$folder"
  # Where this works, and what follows does not, it is what follows that is wrong.
  "$folder/bin/pip" install --quiet --disable-pip-version-check uv || lacking "PyPI cannot be reached"
  "$folder/bin/uv" pip install --quiet --python "$folder/bin/python" "$@"
  # Every command would compile it all again where PYTHONDONTWRITEBYTECODE is set.
  "$folder/bin/python" -m compileall -q -j2 "$folder/lib" >/dev/null || true
  echo "$*" >"$folder/installed"
}
