#!/usr/bin/env bash
# A private PostgreSQL on a Unix socket, for tests. As root, the server runs as user postgres.
#   postgres.sh start [--fsync on|off] [--owner PID] [--tls PORT]
#       prints the folder; the server goes when PID does. --tls: it listens on 127.0.0.1 as well, with a certificate of its
#       own, FOLDER/server.crt, made out to db.example
#   postgres.sh url FOLDER                             its connection string
#   postgres.sh standby FOLDER [--owner PID]           a hot standby of it; prints a folder of its own
#   postgres.sh restart FOLDER                         as after a loss of power
#   postgres.sh crash FOLDER                           one process is killed, so that the server drops all and recovers
#   postgres.sh stop FOLDER                            ends it and removes the folder
#   postgres.sh run [--fsync on|off] -- COMMAND...     with TRANCHE_TEST_POSTGRES set, then stops it
set -euo pipefail
self=$(realpath "${BASH_SOURCE[0]}")

die() { echo "postgres.sh: $*" >&2; exit 1; }

server_bin() {
  local initdb
  initdb=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1) || initdb=$(command -v initdb) ||
    die "no PostgreSQL server: call bootstrap.sh --test-packages"
  dirname "$initdb"
}

# PostgreSQL refuses to run as root.
as_server() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

# Everything a program must not rely on is unlike its default: zone, date style, bytea form, text order.
settings() {
  cat <<CONF
listen_addresses = ''
unix_socket_directories = '$1'
max_connections = 200
max_prepared_transactions = 50
timezone = 'America/New_York'
datestyle = 'SQL, DMY'
intervalstyle = 'sql_standard'
bytea_output = 'escape'
fsync = $2
CONF
}

tls_settings() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=db.example \
    -keyout "$1/server.key" -out "$1/server.crt" >>"$1/log" 2>&1 || die "openssl made no certificate"
  chmod 600 "$1/server.key"
  [ "$(id -u)" != 0 ] || chown postgres: "$1/server.key"
  cat <<CONF
listen_addresses = '127.0.0.1'
port = $2
ssl = on
ssl_cert_file = '$1/server.crt'
ssl_key_file = '$1/server.key'
CONF
}

start() {
  local fsync=on owner= tls= folder bin locale=(--locale=C.UTF-8)
  while [ $# -gt 0 ]; do
    case $1 in
      --fsync) fsync=$2 ;;
      --owner) owner=$2 ;;
      --tls) tls=$2 ;;
      *) die "unknown option '$1'" ;;
    esac
    shift 2
  done
  bin=$(server_bin)
  folder=$(mktemp -d /tmp/tranche-postgres.XXXXXX)  # the path of a socket holds 107 bytes: not under a long TMPDIR
  [ "$(id -u)" != 0 ] || chown postgres: "$folder"
  # ICU needs no locale of the system's, and orders text as no byte comparison does.
  "$bin/initdb" --help | grep -q -- --locale-provider && locale+=(--locale-provider=icu --icu-locale=en-US)
  cd "$folder"
  as_server "$bin/initdb" -D "$folder/data" -U tranche -A trust -E UTF8 --no-sync "${locale[@]}" >"$folder/log" 2>&1 ||
    { cat "$folder/log" >&2; die "initdb failed"; }
  settings "$folder" "$fsync" >>"$folder/data/postgresql.conf"
  [ -z "$tls" ] || tls_settings "$folder" "$tls" >>"$folder/data/postgresql.conf"
  [ -z "$owner" ] || watch "$owner" "$folder"
  launch "$folder"
  "$bin/createdb" -h "$folder" -p "${tls:-5432}" -U tranche tranche_test
  echo "$folder"
}

launch() {
  as_server "$(server_bin)/pg_ctl" -D "$1/data" -l "$1/server.log" -w -t 60 start >>"$1/log" 2>&1 </dev/null ||
    { cat "$1/log" "$1/server.log" >&2; die "the server did not start"; }
}

standby() {
  local primary=$1 folder
  folder=$(mktemp -d /tmp/tranche-postgres.XXXXXX)
  [ "$(id -u)" != 0 ] || chown postgres: "$folder"
  cd "$folder"
  as_server "$(server_bin)/pg_basebackup" -h "$primary" -U tranche -D "$folder/data" -R -c fast --no-sync >"$folder/log" 2>&1 ||
    { cat "$folder/log" >&2; die "pg_basebackup failed"; }
  echo "unix_socket_directories = '$folder'" >>"$folder/data/postgresql.conf"
  [ "${2:-}" != --owner ] || watch "$3" "$folder"
  launch "$folder"
  echo "$folder"
}

restart() {
  cd "$1"
  as_server "$(server_bin)/pg_ctl" -D "$1/data" -m immediate -w stop >>"$1/log"
  launch "$1"
}

crash() {
  local psql=("$(server_bin)/psql" -XAtq -h "$1" -U tranche -d tranche_test) seen attempt
  seen=$(grep -c 'ready to accept connections' "$1/server.log")
  "${psql[@]}" -c "SELECT pg_sleep(60)" >>"$1/log" 2>&1 &
  local victim=
  for attempt in {1..200}; do
    victim=$("${psql[@]}" -c "SELECT min(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active'")
    [ -z "$victim" ] || break
    sleep 0.05
  done
  [ -n "$victim" ] || die "no process to kill"
  as_server bash -c 'kill -KILL "$1"' kill "$victim"
  for attempt in {1..600}; do
    [ "$(grep -c 'ready to accept connections' "$1/server.log")" = "$seen" ] || return 0
    sleep 0.05
  done
  die "the server did not recover"
}

# Outlives its owner by half a second, whatever ended it.
watch() {
  setsid bash -c 'tail --pid="$1" -s 0.5 -f /dev/null; exec bash "$2" stop "$3"' watch "$1" "$self" "$2" \
    </dev/null >/dev/null 2>&1 &
}

stop() {
  [ -d "$1/data" ] || return 0
  cd /
  as_server "$(server_bin)/pg_ctl" -D "$1/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$1"
}

url() { echo "postgresql:///tranche_test?host=$1&user=tranche"; }

run() {
  local options=()
  while [ $# -gt 0 ] && [ "$1" != -- ]; do options+=("$1"); shift; done
  [ $# -gt 1 ] || die "run needs -- COMMAND"
  shift
  folder=$(start --owner $$ "${options[@]}")
  trap 'stop "$folder"' EXIT
  TRANCHE_TEST_POSTGRES=$(url "$folder") "$@"
}

command=${1:-}
shift || true
case $command in
  start | standby | restart | crash | stop | url | run) "$command" "$@" ;;
  *) sed -n '2,11s/^# \{0,1\}//p' "$self"; exit 2 ;;
esac
