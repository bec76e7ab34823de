#!/usr/bin/env bash
# Explores with GNU parallel: on the cores of this machine, or over ssh on those of others (PARALLEL='--sshloginfile nodes').
#
#     deploy/parallel.sh SHARDS FOLDER [ARGUMENTS OF ringcheck explore…]
#     deploy/parallel.sh 32 results blk-two-requests --executions 10000000
#
# Each shard leaves its result and its checkpoint in FOLDER (shared between the machines, if there are several). Run again after an interruption, it goes on where
# it was. The exit code is that of the merge: 0 nothing found, 1 violation found.
set -uo pipefail

usage() { sed -n 's/^#     //p' "$0" >&2; exit 2; }
[ $# -ge 2 ] && [ "$1" -ge 1 ] 2>/dev/null || usage

shards=$1 folder=$2
shift 2
mkdir -p "$folder" || exit 3
export RINGCHECK=${RINGCHECK:-ringcheck}

# A shard that finds a violation has done its work (1): merge says it. Anything else is tried once more, from its checkpoint; so is one that was stopped.
shard() {
    local number=$1 shards=$2 folder=$3
    shift 3
    $RINGCHECK explore "$@" --jobs 1 --shard "$number/$shards" --checkpoint "$folder/$number.checkpoint" --out "$folder/$number.json" || [ $? -eq 1 ] || return
    [ -e "$folder/$number.json" ]
}
export -f shard

seq "$shards" | parallel --env shard --env RINGCHECK --retries 2 --joblog "$folder/joblog" shard {} "$shards" "$folder" "${@@Q}" >"$folder/log" ||
    { echo "parallel.sh: a shard failed; see $folder/joblog" >&2; exit 3; }

results=()
for number in $(seq "$shards"); do results+=("$folder/$number.json"); done
$RINGCHECK merge "${results[@]}" --out "$folder/whole.json"
