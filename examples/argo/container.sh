#!/usr/bin/env bash
# container.sh FOLDER [HOST_PATH:PATH]… -- COMMAND… runs COMMAND as process 1 of a container: with this machine's files, of which
# it changes a copy in memory, the paths bound into it, and as a user without rights. To be called by
#   unshare --pid --fork --mount --kill-child
# argoexec passes a signal on to all processes that it sees, which here are those of the container alone.
set -euo pipefail
[ $$ = 1 ] || { echo "container.sh: not in a PID namespace of its own" >&2; exit 125; }
folder=$1
shift
mount -t tmpfs none "$folder"
mkdir "$folder"/{changed,work,root}
root=$folder/root
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/changed,workdir=$folder/work" "$root"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 none "$root/tmp"
while [ "$1" != -- ]; do
  from=${1%%:*} to=${1#*:}
  # By way of chroot, as /var/run is a link.
  if [ -d "$from" ]; then chroot "$root" mkdir -p "$to"; else chroot "$root" sh -c 'mkdir -p "$(dirname "$0")"; : >"$0"' "$to"; fi
  mount --bind "$from" "$root$(chroot "$root" realpath "$to")"
  shift
done
shift
exec chroot "$root" setpriv --reuid=65532 --regid=65532 --clear-groups --no-new-privs --bounding-set=-all "$@"
