#!/bin/bash
# A real S3 server for tests and daily work (make up): Debian's Ceph RADOS Gateway with one monitor and one disk in a
# sparse file, without docker and systemd, as root or as an ordinary user: start_s3.sh start|stop|status|wipe|env
# `start` may be repeated: it makes the cluster (about 17 s, once), or wakes it with its data (5 s), or revives a
# daemon that was killed, and prints the settings. Everything listens on 127.0.0.1.
# S3_DIR (default /var/tmp/moonseal-UID/s3, no blanks: Ceph's own settings split there), S3_PORT 9000 (http),
# S3_TLS_PORT 9443 (https, with an authority of its own), S3_MON_PORT 33300 and 60 ports above, S3_ACCESS, S3_SECRET.
# Ends: 0 done, 3 Debian's packages are missing (the sentence says which), 1 it did not come up.
set -euo pipefail
S3_DIR=${S3_DIR:-/var/tmp/moonseal-$(id -u)/s3}
S3_PORT=${S3_PORT:-9000}
S3_TLS_PORT=${S3_TLS_PORT:-9443}
S3_MON_PORT=${S3_MON_PORT:-33300}
S3_ACCESS=${S3_ACCESS:-testaccess}
S3_SECRET=${S3_SECRET:-testsecret123}
conf=$S3_DIR/ceph.conf
export CEPH_CONF=$conf
unset CEPH_ARGS # it would break the question to a daemon's own socket

case "$S3_DIR" in *[[:space:]]*)
  echo "S3_DIR must not hold a blank: $S3_DIR" >&2
  exit 2
  ;;
esac

say() { echo "s3: $*" >&2; }
ceph_() { timeout 60 ceph -c "$conf" "$@"; }

# A killed daemon that nobody has waited for is a zombie, not alive; and a pid of before the last boot is another's.
alive() {
  local pid
  pid=$(cat "$S3_DIR/run/$1.pid" 2>/dev/null) && [ -n "$pid" ] && [ -r "/proc/$pid/cmdline" ] &&
    tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF "$conf" && ! grep -q '^State:.Z' "/proc/$pid/status"
}
answers() { curl -s -o /dev/null --max-time 5 "http://127.0.0.1:$S3_PORT/"; }

write_conf() {
  cat >"$conf" <<C
[global]
fsid = $(cat "$S3_DIR/fsid")
mon host = v2:127.0.0.1:$S3_MON_PORT/0
mon initial members = a
ms bind ipv4 = true
ms bind msgr1 = false
ms bind port min = $((S3_MON_PORT + 1))
ms bind port max = $((S3_MON_PORT + 60))
public network = 127.0.0.0/8
cluster network = 127.0.0.0/8
public addr = 127.0.0.1
keyring = $S3_DIR/keyring
auth allow insecure global id reclaim = false
run dir = $S3_DIR/run
pid file = $S3_DIR/run/\$name.pid
admin socket = $S3_DIR/run/\$name.asok
log file = $S3_DIR/log/\$name.log
log to stderr = false
err to stderr = false
mon cluster log file = $S3_DIR/log/cluster.log
crash dir = $S3_DIR/run
# One copy on one disk, for it is a test's.
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 2000
mon data avail warn = 1
mon data avail crit = 1
mon warn on pool no redundancy = false
[mon.a]
mon data = $S3_DIR/mon.a
[osd]
osd data = $S3_DIR/osd.\$id
osd objectstore = bluestore
bluestore block size = $((10 * 1024 * 1024 * 1024))
bluestore block create = true
bluestore block path =
bluestore block db create = false
bluestore block wal create = false
osd memory target = 939524096
osd op num shards = 2
osd op num threads per shard = 2
osd max object name len = 2048
osd class load list = *
osd class default list = *
[client.rgw.a]
rgw frontends = beast endpoint=127.0.0.1:$S3_PORT ssl_endpoint=127.0.0.1:$S3_TLS_PORT ssl_certificate=$S3_DIR/tls/server.pem
rgw thread pool size = 64
rgw dns name = localhost
rgw enable usage log = false
# Removed objects free their room after half a minute, not after two hours: the sparse file stays small.
rgw gc obj min wait = 30
rgw gc processor period = 30
rgw gc processor max time = 30
C
}

make_tls() {
  mkdir -p "$S3_DIR/tls"
  (
    cd "$S3_DIR/tls"
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -keyout ca.key -out ca.crt -subj "/CN=s3 test authority" \
      -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign"
    openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj "/CN=localhost"
    cat >server.ext <<C
subjectAltName=DNS:localhost,IP:127.0.0.1
basicConstraints=CA:FALSE
keyUsage=digitalSignature,keyEncipherment
extendedKeyUsage=serverAuth
authorityKeyIdentifier=keyid
subjectKeyIdentifier=hash
C
    openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -out server.crt -extfile server.ext
    cat server.key server.crt >server.pem
    chmod 600 server.pem ca.key server.key
  ) 2>/dev/null
}

make_cluster() {
  say "making a cluster in $S3_DIR"
  rm -rf "$S3_DIR"
  mkdir -p "$S3_DIR"/{run,log,mon.a,osd.0}
  chmod 700 "$S3_DIR"
  cat /proc/sys/kernel/random/uuid >"$S3_DIR/fsid"
  make_tls
  write_conf
  local keys=$S3_DIR/keyring # one for all daemons; without keys this gateway hangs at its start
  ceph-authtool --create-keyring "$keys" --gen-key -n mon. --cap mon 'allow *' >/dev/null
  ceph-authtool "$keys" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
  ceph-authtool "$keys" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' --cap mgr 'allow profile osd' >/dev/null
  ceph-authtool "$keys" --gen-key -n client.rgw.a --cap mon 'allow rw' --cap osd 'allow rwx' --cap mgr 'allow rw' >/dev/null
  chmod 600 "$keys"
  monmaptool --create --clobber --fsid "$(cat "$S3_DIR/fsid")" --addv a "[v2:127.0.0.1:$S3_MON_PORT]" "$S3_DIR/monmap" >/dev/null
  ceph-mon -c "$conf" --mkfs -i a --monmap "$S3_DIR/monmap" --keyring "$keys" >/dev/null 2>&1
  touch "$S3_DIR/made" # without it the cluster is half made, and is made again
}

start_monitor() {
  for _ in $(seq 20); do
    if alive mon.a; then return; fi
    ceph-mon -c "$conf" -i a >/dev/null 2>&1 || true
    sleep 0.2
  done
}

start_disk() {
  if [ ! -f "$S3_DIR/osd.0/ready" ]; then
    local id
    id=$(cat /proc/sys/kernel/random/uuid)
    ceph_ osd new "$id" 0 >/dev/null
    ceph-osd -c "$conf" -i 0 --mkfs --osd-uuid "$id" >/dev/null 2>&1
    touch "$S3_DIR/osd.0/ready"
  fi
  # After a kill -9 the kernel may hold the lock on the block file for a moment: try again.
  for _ in $(seq 20); do
    if alive osd.0; then break; fi
    ceph-osd -c "$conf" -i 0 >/dev/null 2>&1 || true
    sleep 0.3
  done
  # Its own word that it is active; the monitor's may still be of before.
  for _ in $(seq 150); do
    case "$(timeout 5 ceph --admin-daemon "$S3_DIR/run/osd.0.asok" status 2>/dev/null || true)" in *'"active"'*) return ;; esac
    sleep 0.2
  done
}

start_gateway() {
  for _ in $(seq 10); do
    if alive client.rgw.a; then break; fi
    # This daemon minds its pid file only when told on the command line.
    radosgw -c "$conf" -n client.rgw.a --pid-file "$S3_DIR/run/client.rgw.a.pid" || true
    sleep 0.3
  done
  for _ in $(seq 300); do
    if answers; then return; fi
    sleep 0.2
  done
  say "it did not come up (ports $S3_PORT, $S3_TLS_PORT, $S3_MON_PORT; S3_PORT … choose others): see $S3_DIR/log"
  exit 1
}

start() {
  if ! type radosgw ceph-mon ceph-osd ceph curl openssl >/dev/null 2>&1; then
    echo "Ceph is missing: apt-get install -y --no-install-recommends radosgw ceph-mon ceph-osd ceph-common curl openssl" >&2
    exit 3
  fi
  [ -f "$S3_DIR/made" ] || make_cluster
  write_conf
  start_monitor
  start_disk
  start_gateway
  if [ ! -f "$S3_DIR/user" ]; then
    timeout 120 radosgw-admin -c "$conf" user create --uid=test --display-name=test \
      --access-key="$S3_ACCESS" --secret-key="$S3_SECRET" >/dev/null 2>"$S3_DIR/log/user"
    touch "$S3_DIR/user"
  fi
  show_env
}

show_env() {
  cat <<C
S3_ENDPOINT=127.0.0.1:$S3_PORT
S3_TLS_ENDPOINT=127.0.0.1:$S3_TLS_PORT
S3_CA=$S3_DIR/tls/ca.crt
S3_ACCESS=$S3_ACCESS
S3_SECRET=$S3_SECRET
S3_REGION=default
C
}

# The gateway first, the monitor last; each by the pid it wrote, never by name. The gateway holds no data: 2 s for it.
stop() {
  local daemon pid tenths
  for daemon in client.rgw.a osd.0 mon.a; do
    if alive "$daemon"; then
      pid=$(cat "$S3_DIR/run/$daemon.pid")
      kill -TERM "$pid"
      tenths=100
      if [ "$daemon" = client.rgw.a ]; then tenths=20; fi
      for _ in $(seq "$tenths"); do
        alive "$daemon" || break
        sleep 0.1
      done
      if alive "$daemon"; then kill -KILL "$pid"; fi
    fi
    rm -f "$S3_DIR/run/$daemon.pid"
  done
}

case "${1:-start}" in
start) start ;;
stop) stop ;;
status) alive mon.a && alive osd.0 && alive client.rgw.a && answers ;;
env) show_env ;;
wipe)
  stop
  rm -rf "$S3_DIR"
  ;;
*)
  echo "start_s3.sh start|stop|status|wipe|env" >&2
  exit 2
  ;;
esac
