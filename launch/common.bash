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

# Waits so many seconds at most for a process to end; a trapped signal ends it early, too.
wait_at_most() { # SECONDS PROCESS
  local pause
  sleep "$1" </dev/null >/dev/null 2>&1 & # holds no connection open
  pause=$!
  wait -n "$2" "$pause" || true
  { kill "$pause" && wait "$pause"; } 2>/dev/null || true
}

# Whether the first process of a session has been its last one for so many seconds, after it had others.
# Keeps what it has seen in `had_company` and `alone_since`.
is_left_alone() { # SECONDS SESSION
  if [ "$(session_members "$2" | wc -l)" -gt 1 ]; then
    had_company=yes alone_since=""
  elif [ -n "$had_company" ]; then
    : "${alone_since:=$SECONDS}"
  fi
  [ -n "$alone_since" ] && [ "$((SECONDS - alone_since))" -ge "$1" ]
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

# Runs a command to its end and returns its exit code. INT, TERM, HUP, USR1 and USR2 reach it as
# USR1, which means: save and stop (exit code 75). mpirun hands USR1 on to every rank, whereas TERM
# would leave the ranks one second. A second signal ends the command at once, except USR1, which a
# script around this one repeats until it is heard. Sets `stops` to the number of signals, `stop_signal`
# to the first, and `hung` where mpirun had to be ended because it did not end by itself.
run_stoppable() {
  local child="" status=0 signal
  stops=0
  stop_signal=""
  hung=""
  stop_child() { # SIGNAL
    if [ "$stops" -gt 0 ] && [ "$1" = USR1 ]; then return 0; fi
    stops=$((stops + 1))
    : "${stop_signal:=$1}"
    [ -n "$child" ] || return 0
    if [ "$stops" -eq 1 ]; then
      echo "$(basename "$0"): saving and stopping; once more ends at once" >&2
      kill -USR1 "$child" 2>/dev/null || true
    else
      kill -TERM "$child" 2>/dev/null || true
    fi
  }
  for signal in INT TERM HUP USR1 USR2; do
    # shellcheck disable=SC2064
    trap "stop_child $signal" "$signal"
  done
  # A session of its own keeps the terminal's Ctrl-C away and tells which processes belong to it.
  setsid "$@" </dev/null &
  child=$!
  local had_company="" alone_since="" step
  SECONDS=0
  while kill -0 "$child" 2>/dev/null; do
    if [ "$SECONDS" -ge 3 ] && [ "$stops" -eq 0 ]; then step=3; else step=0.3; fi
    wait_at_most "$step" "$child"
    # mpirun hands nothing on before its ranks are there: say it until it was heard.
    if [ "$stops" -eq 1 ]; then kill -USR1 "$child" 2>/dev/null || true; fi
    # Open MPI 4.1 now and then hangs at its own end after a rank has gone while MPI was starting.
    if [ "${1##*/}" = mpirun ] && is_left_alone 6 "$child"; then
      hung=yes
      kill -KILL "$child" 2>/dev/null || true
    fi
  done
  wait "$child" || status=$?
  trap - INT TERM HUP USR1 USR2
  end_session "$child"
  # Ended by USR1 itself, which came before the program could take it: nothing had begun.
  if [ "$stops" -gt 0 ] && [ "$status" -eq 138 ]; then status=75; fi
  return "$status"
}

# The numbers of processes that this one knows: containers that share a folder have their own.
process_space() { readlink /proc/self/ns/pid || true; }

# Says who owns a folder in memory.
write_owner() { # FOLDER
  echo "$$ $(process_space)" >"$1/owner"
}

# A folder in memory for what Open MPI keeps on this machine, so that nothing is left behind when it
# is killed; prints its path. Removes those whose owner, named in a file inside, is gone.
open_mpi_folder() {
  local base="${TMPDIR:-/tmp}" folder owner space
  if [ -d /dev/shm ] && [ -w /dev/shm ]; then base=/dev/shm; fi
  for folder in "$base"/ouroboros-mpi-*; do
    owner="" space=""
    { read -r owner space <"$folder/owner"; } 2>/dev/null || true
    if [ -O "$folder" ] && [[ "$owner" =~ ^[0-9]+$ ]] && [ ! -e "/proc/$owner" ] &&
      [ "$space" = "$(process_space)" ]; then
      rm -rf "$folder"
    fi
  done
  folder="$(mktemp -d "$base/ouroboros-mpi-$$-XXXXXX")"
  write_owner "$folder"
  echo "$folder"
}

# Bytes of committed records of a run: grows as long as the run makes progress.
run_progress() { # RUN
  find "$1/segments" -type f -printf '%s\n' 2>/dev/null | awk '{ total += $1 } END { print total + 0 }'
}

# Whether a run was stopped in good order: by a signal or at the end of its --max-hours.
was_stopped() { # RUN
  grep -qs '"state" *: *"stopped"' "$1/status.json"
}

# Runs a command again after a rank or a host was lost (137, 139, 205, 255) or the job has ended itself to
# go on from its last commit (75, for example after a rank fell silent). Gives up, and says why, after
# so many times, when nothing was committed since the last start, and when the stop was asked for.
# Every start resumes from what is committed.
run_with_restarts() { # RESTARTS RUN COMMAND…
  local allowed="$1" left="$1" run="$2" status before why stops=0
  shift 2
  while :; do
    before="$(run_progress "$run")"
    status=0
    run_stoppable "$@" || status=$?
    case "$status" in
      75) if was_stopped "$run"; then return "$status"; fi; why="the job has ended itself" ;;
      137 | 139 | 205) why="${hung:+mpirun hung at its own end and was ended, after }a rank was lost" ;;
      255) why="a host was lost or cannot be reached" ;; # the end of ssh
      *) return "$status" ;;
    esac
    why="$why (exit code $status)"
    if [ "$stops" -gt 0 ]; then return "$status"; fi
    if [ "$allowed" -eq 0 ]; then
      echo "$(basename "$0"): $why; the same command goes on from the last commit" >&2
      return "$status"
    fi
    if [ "$left" -eq 0 ]; then
      echo "$(basename "$0"): $why; giving up after $allowed restarts (--restarts)" >&2
      return "$status"
    fi
    if [ "$(run_progress "$run")" = "$before" ]; then
      echo "$(basename "$0"): $why; giving up: nothing was committed since the last start" >&2
      return "$status"
    fi
    left=$((left - 1))
    echo "$(basename "$0"): $why, starting again ($left more)" >&2
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
