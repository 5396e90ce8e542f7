# Sourced: PostgreSQL 17 with TimescaleDB as Debian 13 ships them, in a folder of its own.

TIMESCALEDB_SUITE=trixie
TIMESCALEDB_PACKAGES=postgresql-17,postgresql-17-timescaledb
TIMESCALEDB_BIN=/usr/lib/postgresql/17/bin

# provision_timescaledb CACHE: prints the folder of the small Debian, made once.
provision_timescaledb() {
  local root
  root=$1/$TIMESCALEDB_SUITE-$(cksum <<<"$TIMESCALEDB_PACKAGES" | cut -d' ' -f1)
  if [[ ! -d $root ]]; then
    [[ $EUID -eq 0 ]] || fail "debootstrap and chroot need root"
    say "fetching PostgreSQL 17 and TimescaleDB"
    rm -rf "$root.part"
    debootstrap --variant=minbase --include="$TIMESCALEDB_PACKAGES" \
      "$TIMESCALEDB_SUITE" "$root.part" >"$1/debootstrap.log" 2>&1 ||
      { tail -n 30 "$1/debootstrap.log" >&2; fail "debootstrap failed"; }
    rm -rf "$root.part"/var/cache/apt/archives/*.deb
    mv "$root.part" "$root"
  fi
  echo "$root"
}

# as_postgres ROOT COMMAND...
as_postgres() {
  local root=$1
  shift
  env -i LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot --userspec=postgres:postgres "$root" "$@"
}

# in_memory FOLDER: a file system in memory there, where this machine allows one. Tests make and drop
# a thousand databases of a thousand files each: ext4 looks for a free inode behind all of those that
# it freed within the last seconds, and a copy then takes ten times as long.
in_memory() {
  mount -t tmpfs -o "size=40%,mode=700,uid=$(stat -c %u "$1"),gid=$(stat -c %g "$1")" tmpfs "$1" 2>/dev/null ||
    say "no file system in memory here: databases of tests are on disk, and slower"
}

# prepare_timescaledb ROOT RUN_DIR NAME: a new data directory inside ROOT, with the certificate that
# make_certificates made; RUN_DIR/NAME.data names it, as seen from there.
prepare_timescaledb() {
  local root=$1 run=$2 data
  data=$(as_postgres "$root" mktemp -d /tmp/gridfeed-XXXXXXXX)
  echo "$data" >"$run/$3.data"
  in_memory "$root/$data"
  as_postgres "$root" "$TIMESCALEDB_BIN/initdb" --pgdata="$data" --auth=trust --encoding=UTF8 \
    --locale=C.UTF-8 --no-sync >"$run/initdb.log" 2>&1 ||
    { tail -n 30 "$run/initdb.log" >&2; fail "initdb failed"; }
  local file
  for file in server.key server.pem; do
    as_postgres "$root" sh -c "umask 077; cat >'$data/$file'" <"$run/secured/$file"
  done
}

# start_timescaledb ROOT RUN_DIR NAME PORT: on what prepare_timescaledb made, also after a kill.
start_timescaledb() {
  # The data lives for one run: no fsync. A commit still waits for its record to be written out.
  # Nor pages written in full, nor checkpoints in between: tests make two thousand databases.
  # No /dev/shm has to be mounted for mmap. A hypertable takes a lock for every chunk it touches.
  start "$3" "$2" env -i LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    chroot --userspec=postgres:postgres "$1" \
    "$TIMESCALEDB_BIN/postgres" -D "$(cat "$2/$3.data")" -p "$4" -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories= -c shared_preload_libraries=timescaledb \
    -c timescaledb.telemetry_level=off -c dynamic_shared_memory_type=mmap -c fsync=off \
    -c full_page_writes=off -c max_wal_size=4GB -c checkpoint_timeout=1h \
    -c synchronous_commit=on -c max_locks_per_transaction=512 -c max_connections=200 \
    -c shared_buffers=256MB -c ssl=on -c ssl_cert_file=server.pem -c ssl_key_file=server.key
}

# wait_for_timescaledb ROOT RUN_DIR NAME PORT
wait_for_timescaledb() {
  wait_for "$3" "$2" 60 as_postgres "$1" "$TIMESCALEDB_BIN/psql" \
    -h 127.0.0.1 -p "$4" -Atc 'SELECT 1' postgres
}
