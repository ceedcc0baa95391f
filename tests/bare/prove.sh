#!/bin/bash
# Proves ./moonseal on fresh machines: prove.sh [FOLDER], default /var/tmp/moonseal-bare, about 5 GB, removed if all is well.
# A clone lies in a path with a space; there is no terminal. As root in one tree, as an ordinary user without sudo in
# another: first the exact apt command and 69, then, the packages installed by root, the whole job. The third run must
# start its work within two seconds. As root; needs debootstrap and git on this machine. MOONSEAL_PROVE="demo" does less.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
clone=$(dirname "$(dirname "$here")")
folder=${1:-/var/tmp/moonseal-bare}
jobs=${MOONSEAL_PROVE:-demo test}
moonseal='/srv/moon seal/moonseal'
log=$folder/log
mkdir -p "$folder"
: >"$log"

say() { printf '%s %s\n' "$(date +%T)" "$*" | tee -a "$log"; }
fail() { say "FAILED: $*"; tail -n 25 "$log"; exit 1; }
tree() { "$here/bare_tree.sh" "$1" "$folder/$who" "${@:2}"; }
as_root() { tree run "$@"; }
as_citizen() { tree run-as citizen "$@"; }
expect() { # an exit code, of what follows; the output is the log's, and "$folder/said"
  local wanted=$1 got=0 began_ms
  shift
  began_ms=$(date +%s%3N)
  "$@" >"$folder/said" 2>&1 </dev/null || got=$?
  took_ms=$(($(date +%s%3N) - began_ms))
  cat "$folder/said" >>"$log"
  [ "$got" = "$wanted" ] || fail "$* ended with $got, not $wanted"
  say "$wanted after $took_ms ms: $*"
}
fresh_tree() {
  tree drop
  tree make >>"$log"
  mkdir -p "$folder/$who/srv"
  git clone -q "$clone" "$folder/$who/srv/moon seal"
}
apt_command() { grep -o 'apt-get update && .*' "$folder/said" | head -n 1; }
third_run() { # set-up is skipped and the command line is there within two seconds
  expect 0 "$1" "$moonseal" verify --help
  expect 0 "$1" "$moonseal" verify --help
  [ "$took_ms" -lt 2000 ] || fail "the third run took $took_ms ms to start"
}

who=root
fresh_tree
say "a tree for root: $(du -sh "$folder/root" | cut -f1)"
expect 69 as_root "$moonseal" verify x.pdf
expect 69 as_root "$moonseal" check
grep -q 'apt-get update && ' "$folder/said" || fail "check does not name the packages"
expect 137 as_root timeout -s KILL 45 "$moonseal" demo # cut short: whatever is half there must not stay
for job in $jobs; do expect 0 as_root "$moonseal" "$job"; done
third_run as_root
as_root sed -i 's/VERSION_ID="12"/VERSION_ID="22.04"/; s/^ID=debian/ID=ubuntu/' /etc/os-release
as_root rm -rf "/srv/moon seal/.tools"
expect 69 as_root "$moonseal" demo
grep -q 22.04 "$folder/said" || fail "22.04 is refused without saying so"
tree drop

who=citizen
fresh_tree
as_citizen true
tree run chown -R citizen: "/srv/moon seal"
for job in $jobs; do
  expect 69 as_citizen "$moonseal" "$job"
  expect 0 as_root sh -c "DEBIAN_FRONTEND=noninteractive; export DEBIAN_FRONTEND; $(apt_command)"
  expect 0 as_citizen "$moonseal" "$job"
done
third_run as_citizen
tree drop
say "all is well; times above, everything said in $log"
