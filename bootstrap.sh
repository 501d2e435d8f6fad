#!/usr/bin/env bash
# Installs what is missing, configures and builds: build/bin/tranche. A second call does only what is needed.
#   --preset NAME     release (default, in build/), dev, asan, tsan, tidy (in build-NAME/)
#   --test-packages   install what the tests need as well (a PostgreSQL server, Catch2, pytest), and build the tests
#   --with PACKAGE    install this package as well; may be repeated
#   --packages-only   install, build nothing
#   --no-packages     install nothing: for systems without apt-get, where you bring the packages
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

build_packages=(g++ cmake ninja-build pkg-config ccache libpqxx-dev libpq-dev libsqlitecpp-dev libsqlite3-dev
  libcurl4-openssl-dev libyaml-cpp-dev nlohmann-json3-dev zlib1g-dev)
test_packages=(catch2 libcli11-dev python3 python3-pytest python3-jsonschema python3-yaml postgresql pgbouncer openssl sqlite3 jq zsh groff-base
  python3-prometheus-client procps dpkg-dev file)

preset=release further_packages=() tests=no packages=yes build=yes

say() { echo "bootstrap: $*" >&2; }
die() { say "$*"; exit 1; }

# Its output belongs into the log, and on the screen only where it failed.
logged() {
  "$@" >>"$log" 2>&1 </dev/null && return
  local status=$?
  tail -n 25 "$log" >&2
  die "failed: $*, with status $status; all of it is in $log"
}

parse_options() {
  while [ $# -gt 0 ]; do
    case $1 in
      --preset) preset=${2:?bootstrap: --preset needs a name}; shift ;;
      --test-packages) tests=yes ;;
      --with) further_packages+=("${2:?bootstrap: --with needs the name of a package}"); shift ;;
      --packages-only) build=no ;;
      --no-packages) packages=no ;;
      -h | --help) sed -n '2,7s/^# \{0,1\}//p' bootstrap.sh; exit 0 ;;
      *) echo "bootstrap: unknown option '$1', see --help" >&2; exit 2 ;;
    esac
    shift
  done
  case $preset in
    release | dev | asan | tsan | tidy) ;;
    *) echo "bootstrap: unknown preset '$preset', one of release, dev, asan, tsan, tidy" >&2; exit 2 ;;
  esac
}

# A server of any version, from any package, will do.
has_postgres_server() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null; }

wanted_packages() {
  wanted=("${build_packages[@]}" "${further_packages[@]}")
  [ $tests = no ] || wanted+=("${test_packages[@]}")
}

missing_packages() {
  local wanted installed package
  wanted_packages
  # dpkg-query fails where it knows one of them not at all.
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null | sed -n 's/^installed //p') || true
  for package in "${wanted[@]}"; do
    grep -qxF "$package" <<<"$installed" && continue
    [ "$package" = postgresql ] && has_postgres_server && continue
    echo "$package"
  done
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
apt_get() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@"; }
apt_install() {
  # Package lists may be empty (container images) or older than the mirror: the second attempt has fresh ones.
  apt_get install -y --no-install-recommends "$@" >>"$log" 2>&1 </dev/null && return
  logged apt_get update
  logged apt_get install -y --no-install-recommends "$@"
}

# Debian's server package makes a cluster and starts it on port 5432. The tests start their own; the machine keeps its setting.
install_postgres_server() {
  local conf=/etc/postgresql-common/createcluster.conf
  apt_install postgresql-common
  logged as_root cp -p $conf $conf.before
  echo 'create_main_cluster = false' | as_root tee -a $conf >/dev/null
  (apt_install postgresql) || { as_root mv $conf.before $conf; exit 1; }
  logged as_root mv $conf.before $conf
}

install_packages() {
  local wanted list missing
  wanted_packages
  command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
    die "this is no Debian or Ubuntu: install the counterparts of ${wanted[*]}, then call bootstrap.sh --no-packages"
  list=$(missing_packages)
  [ -n "$list" ] || return 0
  mapfile -t missing <<<"$list"
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
    die "neither root nor sudo: have an administrator run apt-get install --no-install-recommends ${missing[*]}"
  say "installing ${missing[*]}"
  local others=()
  for package in "${missing[@]}"; do [ "$package" = postgresql ] || others+=("$package"); done
  [ ${#others[@]} -eq 0 ] || apt_install "${others[@]}"
  [ ${#others[@]} -eq ${#missing[@]} ] || install_postgres_server
}

# As many compilers as cores, but no more than memory holds: one takes up to 1 GB.
jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable:/ {print int($2 / 1024 / 1024)}' /proc/meminfo)
  local limit=/sys/fs/cgroup/memory.max
  if [ -r $limit ] && [ "$(<$limit)" != max ]; then
    local allowed=$(($(<$limit) / 1024 / 1024 / 1024))
    [ "$allowed" -ge "$memory" ] || memory=$allowed
  fi
  [ "$memory" -ge 1 ] || memory=1
  echo $((cores < memory ? cores : memory))
}

# Shows ninja's [12/80] on one line of a terminal.
progress() {
  local line
  [ -t 2 ] || { cat >/dev/null; return; }
  while IFS= read -r line; do
    case $line in '['*/*']'*) printf '\r\033[K%.*s' $((${COLUMNS:-80} - 1)) "$line" >&2 ;; esac
  done
  printf '\r\033[K' >&2
}

compile() {
  local start=$SECONDS options=()
  # A tree that has its tests keeps them, so that calls with and without --test-packages do not take turns rebuilding.
  if [ $tests = yes ]; then options=(-DTRANCHE_TESTS=ON); elif [ ! -e "$dir/build.ninja" ]; then options=(-DTRANCHE_TESTS=OFF); fi
  logged cmake --preset "$preset" "${options[@]}"
  say "building $dir/ (log: $log)"
  cmake --build "$dir" -j "$(jobs)" 2>&1 </dev/null | tee -a "$log" | progress ||
    { grep -E -A8 'error:|Error |FAILED:|undefined reference' "$log" | head -n 40 >&2; die "the build failed; all of it is in $log"; }
  say "$dir/bin/tranche is ready ($((SECONDS - start)) s)"
}

parse_options "$@"
dir=build
[ "$preset" = release ] || dir=build-$preset
mkdir -p "$dir"
log=$dir/bootstrap.log
: >"$log"
[ $packages = no ] || install_packages
[ $build = no ] || compile
