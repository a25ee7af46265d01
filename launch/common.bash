# Shared by the scripts beside it; sourced, not run.
# shellcheck shell=bash

# The root of the repository, whatever the caller's folder.
repository="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

# Open MPI refuses to run as root unless told twice; in a container root is what there is.
allow_root() {
  if [ "$(id -u)" -eq 0 ]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  fi
}

fail() { # EXIT-CODE MESSAGE
  # Control characters of a file or an argument stay out of the terminal.
  echo "$(basename "$0"): ${2//[[:cntrl:]]/?}" >&2
  exit "$1"
}

# mpirun takes a lone colon among the words for the start of another program.
refuse_colons() { # WORD…
  local word
  for word in "$@"; do
    [ "$word" != : ] || fail 64 "':' is no name for a study or a run"
  done
}

is_number() { [[ "$1" =~ ^[1-9][0-9]{0,5}$ ]]; }

# Prints the built command's path; builds it where there is none yet. OUROBOROS names another one.
find_ouroboros() {
  local program="${OUROBOROS:-$repository/.build/release/ouroboros}"
  if [ ! -x "$program" ]; then
    [ -z "${OUROBOROS:-}" ] || fail 66 "OUROBOROS=$program is no program"
    swift build --package-path "$repository" -c release --product ouroboros >&2
  fi
  echo "$program"
}

# Matrix products of a rank use one thread: the ranks are the parallelism.
one_thread_a_rank() {
  export OPENBLAS_NUM_THREADS="${OPENBLAS_NUM_THREADS:-1}" OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"
}

# The processes of a session that still run, one number a line.
session_members() { # SESSION
  local file line rest state session
  for file in /proc/[0-9]*/stat; do
    { read -r line <"$file"; } 2>/dev/null || continue
    # After the name in brackets: state, parent, process group, session.
    rest="${line##*) }"
    read -r state _ _ session _ <<<"$rest"
    if [ "$session" = "$1" ] && [ "$state" != Z ]; then echo "${line%% *}"; fi
  done
}

# Ends what a lost mpirun has left running: a run has one writer for each file, so nothing may start
# again before the last rank is gone.
end_session() { # SESSION
  local turn members
  for turn in {1..50}; do
    members="$(session_members "$1")"
    [ -n "$members" ] || return 0
    # mpirun's own ranks take up to 2 s to notice that it is gone.
    # shellcheck disable=SC2086
    if [ "$turn" -ge 30 ]; then kill -KILL $members 2>/dev/null || true; fi
    sleep 0.1
  done
  echo "$(basename "$0"): still running after SIGKILL: $members" >&2
}

# Runs a command to its end and returns its exit code. INT, TERM, HUP, USR1 and USR2 reach it as USR1,
# which means: save and stop (exit code 75); stop_signal names the first. mpirun hands USR1 on to every rank, whereas TERM would
# leave the ranks one second. A second signal ends the command at once.
run_stoppable() {
  local child status=0 stops=0
  stop_signal=""
  # A session of its own keeps the terminal's Ctrl-C away and tells which processes belong to it.
  setsid "$@" </dev/null &
  child=$!
  stop_child() { # SIGNAL
    stops=$((stops + 1))
    : "${stop_signal:=$1}"
    if [ "$stops" -eq 1 ]; then
      echo "$(basename "$0"): saving and stopping; once more ends at once" >&2
      kill -USR1 "$child" 2>/dev/null || true
    else
      kill -TERM "$child" 2>/dev/null || true
    fi
  }
  local signal
  for signal in INT TERM HUP USR1 USR2; do
    # shellcheck disable=SC2064
    trap "stop_child $signal" "$signal"
  done
  # A trapped signal ends the wait early.
  while kill -0 "$child" 2>/dev/null; do
    wait "$child" || true
  done
  wait "$child" || status=$?
  trap - INT TERM HUP USR1 USR2
  end_session "$child"
  return "$status"
}

# A folder in memory for what Open MPI keeps on this machine, so that nothing is left behind when it
# is killed; prints its path. Removes those whose owner, named in a file inside, is gone.
open_mpi_folder() {
  local base="${TMPDIR:-/tmp}" folder owner
  if [ -d /dev/shm ] && [ -w /dev/shm ]; then base=/dev/shm; fi
  for folder in "$base"/ouroboros-mpi-*; do
    owner=""
    { read -r owner <"$folder/owner"; } 2>/dev/null || true
    if [ -O "$folder" ] && [[ "$owner" =~ ^[0-9]+$ ]] && [ ! -e "/proc/$owner" ]; then rm -rf "$folder"; fi
  done
  folder="$(mktemp -d "$base/ouroboros-mpi-$$-XXXXXX")"
  echo "$$" >"$folder/owner"
  echo "$folder"
}

# Bytes of committed records of a run: grows as long as the run makes progress.
run_progress() { # RUN
  find "$1/segments" -type f -printf '%s\n' 2>/dev/null | awk '{ total += $1 } END { print total + 0 }'
}

# Runs a command again after a rank or a host was lost (137, 139, 205), at most so many times and
# only while it makes progress; every start resumes from what is committed.
run_with_restarts() { # RESTARTS RUN COMMAND…
  local left="$1" run="$2" status before
  shift 2
  while :; do
    before="$(run_progress "$run")"
    status=0
    run_stoppable "$@" || status=$?
    case "$status" in
      137 | 139 | 205) ;;
      *) return "$status" ;;
    esac
    if [ "$left" -eq 0 ] || [ "$(run_progress "$run")" = "$before" ]; then return "$status"; fi
    left=$((left - 1))
    echo "$(basename "$0"): a rank was lost (exit code $status), starting again" >&2
  done
}

# The value of --out among the arguments, or nothing.
out_argument() {
  while [ $# -gt 0 ]; do
    case "$1" in
      --out) echo "${2:-}"; return ;;
      --out=*) echo "${1#--out=}"; return ;;
    esac
    shift
  done
}

# Writes a host file of what a scheduler has given this job, the first host first.
scheduler_hosts() { # pbs|lsf|sge FILE
  local list
  case "$1" in
    pbs) list="${PBS_NODEFILE:-}" ;;
    lsf) list="${LSB_DJOB_HOSTFILE:-}" ;;
    sge) list="${PE_HOSTFILE:-}" ;;
    *) fail 64 "no scheduler '$1'" ;;
  esac
  [ -n "$list" ] && [ -r "$list" ] || fail 66 "this is no job of $1: it names no file of hosts"
  # PBS and LSF name a host once for each slot; Grid Engine gives the number beside it.
  awk -v scheduler="$1" 'NF {
    if (!($1 in slots)) order[++hosts] = $1
    slots[$1] += scheduler == "sge" ? $2 : 1
  } END { for (i = 1; i <= hosts; i++) print order[i] " slots=" slots[order[i]] }' "$list" >"$2"
}
