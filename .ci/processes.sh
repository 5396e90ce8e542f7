# Sourced by the scripts beside it: start, wait for and stop exactly one's own processes.

say() { printf '%s\n' "$*" >&2; }
fail() { say "error: $*"; exit 1; }

# need COMMAND PACKAGE: installs PACKAGE when COMMAND is missing.
need() { command -v "$1" >/dev/null || apt_install "$2"; }

apt_install() {
  [[ $EUID -eq 0 ]] || fail "the package $1 is missing, and only root can install it"
  say "installing $1"
  # Two scripts may want something at once, and the first of them holds apt's lock.
  flock "${TMPDIR:-/tmp}/gridfeed-apt.lock" sh -c '
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
      apt-get install -qq -y --no-install-recommends "$1"' sh "$1" >&2
}

# A port below the range the kernel takes for outgoing connections: a client that retries while the
# service is away could otherwise be given that very port and connect to itself.
free_port() {
  python3 - <<'PYTHON'
import secrets, socket
while True:
    port = 20_000 + secrets.randbelow(12_000)
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
    print(port)
    break
PYTHON
}

# start NAME RUN_DIR COMMAND...: runs in a session of its own, so that a terminal's Ctrl-C reaches
# us first; leaves RUN_DIR/NAME.pid and RUN_DIR/NAME.log.
start() {
  local name=$1 run=$2
  shift 2
  setsid "$@" </dev/null >>"$run/$name.log" 2>&1 &
  # A process id can be used again; together with the start time it cannot.
  echo "$! $(started_at $!)" >"$run/$name.pid"
}

# The process's start time in clock ticks since boot; empty when there is no such process.
started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# alive NAME RUN_DIR: is the process that we started still there?
alive() {
  local pid ticks
  [[ -f $2/$1.pid ]] || return 1
  read -r pid ticks <"$2/$1.pid"
  [[ -n $ticks && $(started_at "$pid") == "$ticks" ]]
}

# wait_for NAME RUN_DIR SECONDS COMMAND...: until COMMAND succeeds; fails at once when NAME is gone.
wait_for() {
  local name=$1 run=$2 until=$((SECONDS + $3))
  shift 3
  until "$@" >/dev/null 2>&1; do
    alive "$name" "$run" || { tail -n 30 "$run/$name.log" >&2; fail "$name ended while starting"; }
    ((SECONDS < until)) || { tail -n 30 "$run/$name.log" >&2; fail "$name does not answer"; }
    sleep 0.2
  done
}

# stop NAME RUN_DIR SIGNAL: by process id, at most 20 seconds in peace.
stop() {
  local name=$1 run=$2 pid
  if alive "$name" "$run"; then
    read -r pid _ <"$run/$name.pid"
    kill -s "$3" "$pid" || true
    for _ in {1..100}; do
      alive "$name" "$run" || break
      sleep 0.2
    done
    if alive "$name" "$run"; then kill -s KILL "$pid"; fi
  fi
  rm -f "$run/$name.pid"
}

# kill_all NAME RUN_DIR: SIGKILL for it and its children, which could otherwise outlive it.
kill_all() {
  local pid children
  read -r pid _ <"$2/$1.pid"
  # Stopped it cannot reap, so the ids of its children stay theirs.
  kill -s STOP "$pid"
  read -r -a children <"/proc/$pid/task/$pid/children" || true
  kill -s KILL "${children[@]}" "$pid"
  while alive "$1" "$2"; do sleep 0.05; done
}
