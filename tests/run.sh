#!/usr/bin/env bash
# Builds, checks the format and runs every test, with the real servers that they need. Last line: the totals.
# Works in a fresh clone, with an empty HOME, without a terminal; as root it installs what is missing (Debian packages).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export CI=true DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
# No compiler or build server may outlive the run: of these there are none, and the compiler's is this run's own, ended with what it has left.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
export PATH="$PATH:/usr/sbin:/usr/lib/postgresql/15/bin"

work=$(mktemp -d "${TMPDIR:-/tmp}/meterpipeline-tests.XXXXXX")
chmod 755 "$work" # PostgreSQL runs as another user and must reach its folder
export TMPDIR=$work
policy=/usr/sbin/policy-rc.d
policy_is_ours=no
step='preparation' began=0 times=()
passed=0 failed=0 skipped=0

say() { printf '== %s %s\n' "$(date +%H:%M:%S)" "$*"; }

# Ends a step and begins the next.
begin() {
    times+=("$step $((SECONDS - began)) s")
    step=$1 began=$SECONDS
    say "$step"
}

# Every process started below carries the mark in its environment; whatever is left of them is ended by its own id.
end_leftovers() {
    local process id
    for process in $(env -u METERPIPELINE_TEST_RUN grep -lsz -F -x "METERPIPELINE_TEST_RUN=$work" /proc/[0-9]*/environ || true); do
        id=${process#/proc/}
        id=${id%/environ}
        [ "$id" = "$$" ] || [ "$id" = "$BASHPID" ] || kill -KILL "$id" 2>/dev/null || true
    done
}

finish() {
    local code=$?
    trap - EXIT
    set +e
    end_leftovers
    if [ -s "$work/failures" ]; then say 'what failed'; cat "$work/failures"; fi
    if [ "$policy_is_ours" = yes ]; then rm -f "$policy"; fi
    rm -rf "$work" 2>/dev/null || { sleep 1; rm -rf "$work"; }
    if [ "$code" -ne 0 ]; then
        say "FAILED in: $step" # nothing after it ran
        if [ "$failed" -eq 0 ]; then failed=1; fi
    fi
    times+=("$step $((SECONDS - began)) s")
    say "times: $(printf '%s; ' "${times[@]}")$SECONDS s in all"
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    if [ "$failed" -ne 0 ]; then exit 1; fi
    exit 0
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

install_missing() {
    local missing=() binary package
    while read -r binary package; do
        command -v "$binary" >/dev/null || missing+=("$package")
    done <<'BINARIES'
mosquitto mosquitto
mosquitto_pub mosquitto-clients
influxd influxdb
influx influxdb-client
victoria-metrics victoria-metrics
nginx nginx-light
/usr/lib/postgresql/15/bin/postgres postgresql-15
chromium chromium
setpriv util-linux
gcc gcc
soffice libreoffice-calc
pdftotext poppler-utils
/usr/bin/python3 python3
BINARIES
    [ -e /usr/include/MQTTClient.h ] || missing+=(libpaho-mqtt-dev libc6-dev)
    /usr/bin/python3 -c 'import paho.mqtt.client' 2>/dev/null || missing+=(python3-paho-mqtt)
    [ -n "$(find /usr/share/fonts -iname 'NotoSansCJK*' -print -quit 2>/dev/null)" ] || missing+=(fonts-noto-cjk)
    if [ "${#missing[@]}" -eq 0 ]; then return; fi
    say "installing ${missing[*]}"
    if [ "$(id -u)" -ne 0 ]; then
        echo "Missing: ${missing[*]}. Run once as root: apt-get install --no-install-recommends ${missing[*]}" >&2
        return 1
    fi
    if [ ! -e "$policy" ]; then
        # Packages must not start daemons: the tests start their own.
        policy_is_ours=yes
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    apt-get -q update </dev/null
    DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${missing[@]}" </dev/null
}

# Adds one project's totals from its .trx file; a run that broke off without one counts as a failure.
count() {
    local name=$1 counters
    counters=$(grep -o '<Counters [^>]*>' "$work/results/$name.trx" 2>/dev/null | head -n 1) || true
    if [ -z "$counters" ]; then failed=$((failed + 1)); return; fi
    local total=${counters##* total=\"} executed=${counters##* executed=\"} ok=${counters##* passed=\"}
    total=${total%%\"*} executed=${executed%%\"*} ok=${ok%%\"*}
    if [ "$executed" -eq 0 ]; then failed=$((failed + 1)); fi
    passed=$((passed + ok))
    skipped=$((skipped + total - executed))
    failed=$((failed + executed - ok))
}

# What of the format is not an error of the build already, as style and analyzers are: whitespace, ends of lines and files, the order of usings.
check_format() {
    local code=0
    dotnet format whitespace --folder . --verify-no-changes </dev/null || code=$?
    dotnet format style MeterPipeline.sln --diagnostics IMPORTS --verify-no-changes --no-restore </dev/null || code=$?
    # Counted as one failure; the tests run all the same, so that one run shows everything.
    if [ "$code" -ne 0 ]; then say 'FAILED: dotnet format'; failed=$((failed + 1)); fi
}

# What a class of tests tries by dice, again and longer, from other seeds. Passed once already, so only failures are counted.
run_dice() {
    local code=0
    begin 'random tests, longer'
    METERPIPELINE_TEST_RUN=$work METERPIPELINE_TEST_EFFORT=8 dotnet test tests/MeterPipeline.Tests -c Release --no-build --filter Category=Random \
        --logger 'console;verbosity=minimal' --blame-hang-timeout 5min </dev/null &
    wait $! || code=$?
    if [ "$code" -ne 0 ]; then failed=$((failed + 1)); fi
    end_leftovers
}

run_project() {
    local name=$1 code=0
    begin "tests of $name"
    # In the background and waited for, so that a signal to this script is served at once.
    METERPIPELINE_TEST_RUN=$work dotnet test "tests/$name" -c Release --no-build --logger "trx;LogFileName=$name.trx" \
        --logger 'console;verbosity=normal' --results-directory "$work/results" --blame-hang-timeout 5min </dev/null > >(tee "$work/$name.log") 2>&1 &
    wait $! || code=$?
    # Told once more at the end of the run: each failure with its message, and what ran when nothing ended any more.
    if [ "$code" -ne 0 ]; then grep -E -A 12 '^ *Failed |\[FAIL\]|inactivity time|running when the|active test run was aborted' "$work/$name.log" | head -n 120 >>"$work/failures" || true; fi
    local before=$failed
    count "$name"
    if [ "$code" -ne 0 ] && [ "$failed" -eq "$before" ]; then failed=$((failed + 1)); fi
    end_leftovers
}

begin 'search for the .NET SDK'
command -v dotnet >/dev/null || { echo 'dotnet is missing: install the .NET 10 SDK (global.json).' >&2; exit 1; }
begin 'installation of servers'
install_missing
begin 'dotnet restore'
dotnet restore MeterPipeline.sln --locked-mode </dev/null
begin 'dotnet build'
METERPIPELINE_TEST_RUN=$work dotnet build MeterPipeline.sln -c Release --no-restore -clp:NoSummary -p:SharedCompilationId="meterpipeline-$$" </dev/null
end_leftovers
begin 'dotnet format'
check_format
run_project MeterPipeline.Tests
run_project MeterPipeline.WebTests
run_dice
run_project MeterPipeline.ServerTests
