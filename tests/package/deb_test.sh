#!/usr/bin/env bash
# deb_test.sh BUILD_DIR: the Debian packages hold a program that runs and name the libraries that it loads.
set -euo pipefail
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "deb_test: $*" >&2; exit 1; }

cpack -G DEB --config "$build/CPackConfig.cmake" -B "$work" >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "cpack failed"; }
program=$(compgen -G "$work/tranche_*.deb") || fail "no package tranche in: $(ls "$work")"
library=$(compgen -G "$work/libtranche-dev_*.deb") || fail "no package libtranche-dev in: $(ls "$work")"

depends=$(dpkg-deb -f "$program" Depends)
for binary in tranche tranche-adapter-openlineage; do
  for library_name in $(readelf -d "$build/bin/$binary" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
    owner=$(dpkg -S "*/$library_name" | head -n 1 | cut -d: -f1)
    [[ ", $depends" == *", $owner"* ]] || fail "$binary loads $library_name of $owner, but the package depends only on: $depends"
  done
done
[[ $(dpkg-deb -f "$library" Depends) == *libsqlitecpp-dev* ]] || fail "libtranche-dev does not depend on libsqlitecpp-dev"

dpkg-deb -x "$program" "$work/root"
dpkg-deb -x "$library" "$work/dev"
[ "$("$work/root/usr/bin/tranche" --version)" = "tranche $(dpkg-deb -f "$program" Version)" ] || fail "program and package differ in version"
"$work/root/usr/libexec/tranche/tranche-adapter-openlineage" </dev/null 2>"$work/said" || fail "tranche-adapter-openlineage ends with $?"
grep -q 'set OPENLINEAGE_URL' "$work/said" || fail "tranche-adapter-openlineage says: $(cat "$work/said")"
for file in man/man1/tranche.1 bash-completion/completions/tranche zsh/vendor-completions/_tranche; do
  [ -s "$work/root/usr/share/$file" ] || fail "tranche lacks share/$file"
done
for file in error.hpp program.hpp libtranche.a libtranche_runner.a libtranche_adapters.a trancheConfig.cmake; do
  [ -n "$(find "$work/dev/usr" -name $file)" ] || fail "libtranche-dev lacks $file"
done
[ ! -e "$work/root/usr/include" ] || fail "tranche holds headers, which belong into libtranche-dev"
