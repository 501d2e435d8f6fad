# Python environments with what tests and examples need beside tranche. Sourced; `root` is the project's folder.

environment_error() { echo "environment.sh: $*" >&2; exit 1; }

# packages NAME...: of the system
packages() {
  local options=() package
  for package in "$@"; do options+=(--with "$package"); done
  "$root/bootstrap.sh" --packages-only "${options[@]}"
}

# python_from VERSION NAME...: the first that is there and new enough.
python_from() {
  local oldest=$1 python
  shift
  for python in "$@"; do
    if "$python" -c "import sys; sys.exit(sys.version_info < (${oldest/./, }))" 2>/dev/null; then echo "$python"; return; fi
  done
  environment_error "no Python from $oldest on"
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
  "$folder/bin/pip" install --quiet --disable-pip-version-check uv
  "$folder/bin/uv" pip install --quiet --python "$folder/bin/python" "$@"
  # Every command would compile it all again where PYTHONDONTWRITEBYTECODE is set.
  "$folder/bin/python" -m compileall -q -j2 "$folder/lib" >/dev/null || true
  echo "$*" >"$folder/installed"
}
