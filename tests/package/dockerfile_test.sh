#!/usr/bin/env bash
# dockerfile_test.sh BUILD_DIR: the steps of the Dockerfile, as far as they can be taken without building an image.
set -euo pipefail
build=$1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "dockerfile_test: $*" >&2; exit 1; }
# Continued lines as one, without comments.
steps() { grep -v '^#' "$root/Dockerfile" | sed -e ':a' -e '/\\$/N; s/\\\n *//; ta'; }

# What is copied out of the sources is there, and not kept out of the build.
while read -r from; do
  [ -e "$root/$from" ] || fail "COPY $from: there is no such file"
done < <(steps | awk '$1 == "COPY" && $2 !~ /^--from/ { for (i = 2; i < NF; i++) print $i }')
for needed in bootstrap.sh CMakeLists.txt templates; do
  ! grep -qxF "$needed" "$root/.dockerignore" || fail ".dockerignore keeps out $needed"
done

# What is called knows its options; bootstrap.sh alone, as in the first layer, can read its own.
while read -r option; do
  grep -qE -- "(^| )$option\)" "$root/bootstrap.sh" || fail "bootstrap.sh has no option $option"
done < <(steps | grep -o 'bootstrap.sh [^&]*' | grep -o -- '--[a-z-]*')
cp "$root/bootstrap.sh" "$work/"
"$work/bootstrap.sh" --help >/dev/null || fail "bootstrap.sh does not run alone"

# The one package that cpack makes for the pattern installs, with what it depends on, without what it recommends.
mkdir "$work/packages"
cpack -G DEB --config "$build/CPackConfig.cmake" -B "$work/packages" >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "cpack failed"; }
packages=("$work"/packages/tranche_*.deb)
[ ${#packages[@]} = 1 ] && [ -e "${packages[0]}" ] || fail "not one package: ${packages[*]}"
mv "${packages[0]}" "$work/packages/tranche.deb"
if grep -q '^VERSION_ID="12"' /etc/os-release; then
  apt-get install --simulate --no-install-recommends "$work/packages/tranche.deb" >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "tranche.deb does not install"; }
fi
dpkg-deb -x "$work/packages/tranche.deb" "$work/root"
[ -x "$work/root/usr/bin/$(steps | sed -n 's/^ENTRYPOINT \["\(.*\)"\]$/\1/p')" ] || fail "the package does not hold the entry point"

user=$(steps | sed -n 's/^USER \([0-9]*\):.*/\1/p')
[ "${user:-0}" != 0 ] || fail "the image runs as root"
[ "$(grep -ho 'runAsUser: .*' "$root"/templates/*.yaml | sort -u)" = "runAsUser: $user" ] || fail "the templates run as another user than $user"
