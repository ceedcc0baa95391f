#!/bin/bash
# A bare Debian in a folder, to prove what the set-up of a fresh machine really needs:
#   bare_tree.sh make DIR                    debootstrap's minbase, with this machine's package-client settings
#   bare_tree.sh run DIR COMMAND…            in there as root, with a clean environment and no terminal
#   bare_tree.sh run-as DIR USER COMMAND…    the same as an ordinary user (made when missing), who has no sudo
#   bare_tree.sh drop DIR                    removes it
# As root; needs debootstrap. MOONSEAL_SUITE chooses another Debian (default bookworm).
set -euo pipefail
help() { sed -n '3,6s/^# *//p' "$0"; exit 2; }
[ $# -ge 2 ] || help
dir=$(realpath -m "$2")

# How this machine reaches its package registries; a machine without such settings has none of these.
settings=(/etc/pip.conf /etc/npmrc /usr/etc/npmrc /etc/xdg/pip /etc/resolv.conf /etc/hosts /etc/ssl/certs /usr/local/share/ca-certificates)
variables='^(SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|NODE_EXTRA_CA_CERTS|PIP_[A-Z_]*|UV_[A-Z_]*|https?_proxy|HTTPS?_PROXY|no_proxy|NO_PROXY)='

# A mount namespace with the tree as its root. pivot_root, because in a plain chroot bubblewrap may not make namespaces.
inside() {
  mapfile -t kept < <(env | grep -E "$variables" | grep -v '^PIP_FIND_LINKS' || true)
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "${kept[@]}" \
    unshare --mount --propagation private bash -c '
      mount --rbind "$0" "$0" && cd "$0" && mkdir -p .old proc dev
      mount -t proc proc proc && mount --rbind /dev dev
      pivot_root . .old && umount -l /.old && rmdir /.old 2>/dev/null
      cd / && exec "$@"' "$dir" "$@" </dev/null
}

make_tree() {
  [ ! -e "$dir/etc/debian_version" ] || { echo "there already"; exit 0; }
  debootstrap --variant=minbase --include=ca-certificates "${MOONSEAL_SUITE:-bookworm}" "$dir" >"$dir.log" 2>&1 ||
    { tail -n 3 "$dir.log" >&2; exit 1; }
  if compgen -G '/etc/apt/sources.list.d/*.sources' >/dev/null && [ -z "${MOONSEAL_SUITE:-}" ]; then
    cp -a /etc/apt/sources.list.d/*.sources "$dir/etc/apt/sources.list.d/" && rm -f "$dir/etc/apt/sources.list"
  fi
  for path in "${settings[@]}" "${SSL_CERT_FILE:-}" "${REQUESTS_CA_BUNDLE:-}" "${NODE_EXTRA_CA_CERTS:-}" "${PIP_CERT:-}"; do
    [ -e "$path" ] || continue
    rm -rf "${dir:?}$path"
    mkdir -p "$dir$(dirname "$path")"
    cp -aLT "$path" "$dir$path"
  done
  settings_of_home "$HOME" "$dir/root"
}

settings_of_home() { # from one home to another
  mkdir -p "$2/.config"
  [ ! -d "$1/.config/pip" ] || cp -a "$1/.config/pip" "$2/.config/"
  [ ! -f "$1/.npmrc" ] || cp "$1/.npmrc" "$2/"
}

case "$1" in
make) make_tree ;;
run) shift 2; inside env HOME=/root "$@" ;;
run-as)
  user=$3
  shift 3
  inside id "$user" >/dev/null 2>&1 || inside useradd -m -s /bin/bash "$user"
  settings_of_home "$dir/root" "$dir/home/$user"
  inside chown -R "$user:" "/home/$user"
  inside setpriv --reuid="$user" --regid="$user" --init-groups env HOME="/home/$user" USER="$user" "$@"
  ;;
drop) rm -rf --one-file-system "$dir" "$dir.log" ;;
*) help ;;
esac
