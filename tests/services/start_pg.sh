#!/bin/bash
# A private PostgreSQL without systemd, as root or as an ordinary user: start_pg.sh start|stop|status|wipe|url
# For tests and daily work (make up): loopback alone, no password. `start` prints the address and may be repeated.
# PG_DIR (default /var/tmp/moonseal-UID/pg; the server's user must be able to enter it, so never under /root),
# PG_PORT (54320). Ends: 0 done, 3 Debian's package is missing (the sentence says which), 1 it did not come up.
set -euo pipefail
dir=${PG_DIR:-/var/tmp/moonseal-$(id -u)/pg}
port=${PG_PORT:-54320}
url=postgresql://postgres@127.0.0.1:$port/postgres

# Debian's own layout; where several versions are installed, the newest.
bin=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
if [ -z "$bin" ] || [ ! -x "$bin/initdb" ]; then
  echo "PostgreSQL is missing: apt-get install -y --no-install-recommends postgresql" >&2
  exit 3
fi

# PostgreSQL refuses to run as root, so root runs it as Debian's own account for it.
as_server() { if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }
is_up() { as_server "$bin/pg_ctl" -D "$dir" status >/dev/null 2>&1; }

make_cluster() {
  mkdir -p "$dir"
  chmod 700 "$dir"
  if [ "$(id -u)" = 0 ]; then
    chmod 711 "$(dirname "$dir")"
    chown postgres "$dir"
  fi
  as_server "$bin/initdb" -D "$dir" -U postgres -A trust -E UTF8 \
    --locale-provider=icu --icu-locale=vi-VN --locale=C.UTF-8 --data-checksums >/dev/null
  as_server tee -a "$dir/postgresql.conf" >/dev/null <<C
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_buffers = 64MB
max_connections = 100
C
}

start() {
  # initdb writes PG_VERSION early: without our mark the folder is half made, and is made again.
  if [ ! -f "$dir/made" ]; then
    rm -rf "$dir"
    make_cluster
    as_server touch "$dir/made"
  fi
  if ! is_up && ! as_server "$bin/pg_ctl" -D "$dir" -o "-p $port" -l "$dir/log" -w start >/dev/null; then
    echo "PostgreSQL did not come up on port $port (PG_PORT chooses another):" >&2
    tail -n 5 "$dir/log" >&2
    exit 1
  fi
  echo "$url"
}

case "${1:-start}" in
start) start ;;
stop) ! is_up || as_server "$bin/pg_ctl" -D "$dir" -m fast -w stop >/dev/null ;;
status) is_up ;;
wipe)
  ! is_up || as_server "$bin/pg_ctl" -D "$dir" -m immediate -w stop >/dev/null
  rm -rf "$dir"
  ;;
url) echo "$url" ;;
*)
  echo "start_pg.sh start|stop|status|wipe|url" >&2
  exit 2
  ;;
esac
