# For the examples: each command is shown, then run. Sourced; `root` is the project's folder.

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then bold=$'\e[1m' plain=$'\e[0m'; fi
step() { printf '\n%s# %s%s\n' "$bold" "$1" "$plain"; }
try() { printf '%s$ %s%s\n' "$bold" "$1" "$plain"; eval "$1"; }
die() { echo "$(basename "$0"): $*" >&2; exit 1; }

# The comment at the head of the script is its help.
usage() {
  case ${1:-} in
    '') ;;
    -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) die "unknown argument '$1', see --help" ;;
  esac
}

find_tranche() {
  if [ -n "${TRANCHE_BINARY:-}" ]; then
    PATH=$(cd "$(dirname "$TRANCHE_BINARY")" && pwd):$PATH
  else
    "$root/bootstrap.sh"
    PATH=$root/build/bin:$PATH
  fi
}

# work_in NAME: a new folder
work_in() {
  started=$SECONDS
  work=$(mktemp -d "${TMPDIR:-/tmp}/tranche-$1.XXXXXX")
  cd "$work"
}

# Against what was counted past tranche.
same() { [ "$2" = "$3" ] || die "$1: $2, but expected $3; see $work"; }
