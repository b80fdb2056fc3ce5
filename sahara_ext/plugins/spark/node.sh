#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# One instance of a Spark cluster: engines have this script do all that is done
# on it, and a user who is logged in can do the same. Every command can be
# repeated. The directory of the script has all that belongs to Spark.
#
# node.sh install <version> <spark> <java> <major version of Java>...
#     spark and java are "image", a directory, or a URL
# node.sh start|stop|status master|worker
# node.sh decommission worker

set -o nounset -o pipefail
umask 077

cd "$(dirname "$0")" || exit 1
HERE=$PWD
# In KiB.
LEAST_ROOM=1024

fail() {
    local room
    echo "$*" >&2
    room=$(df -Pk "$HERE" | awk 'NR == 2 { print $4 }')
    if [ "${room:-0}" -lt "$LEAST_ROOM" ]; then
        echo "There is no room on the disk: $room KiB are left at $HERE." >&2
    fi
    exit 1
}

# fetch <url> <directory>: unpack an archive or a wheel there, once
fetch() {
    local url=$1 to=$2
    [ "$(cat "$to/from" 2>/dev/null)" = "$url" ] && return
    rm -rf "$to"
    mkdir "$to" || exit 1
    if command -v curl >/dev/null; then
        curl -fsSL --retry 3 -o "$to/archive" "$url"
    else
        python3 -c 'import sys, urllib.request as r; r.urlretrieve(*sys.argv[1:])' \
            "$url" "$to/archive"
    fi || fail "$url could not be fetched."
    case $url in
    *.whl | *.zip) python3 -m zipfile -e "$to/archive" "$to" ;;
    *) tar -xf "$to/archive" -C "$to" ;;
    esac || fail "$url could not be unpacked."
    rm -f "$to/archive"
    echo "$url" >"$to/from" || exit 1
}

# from_profile <variable>: as a user who logs in has it
from_profile() {
    bash -lc "printf '%s\n' \"\${$1:-}\"" 2>/dev/null </dev/null | tail -n 1
}

# find_java <java>: print the directory
find_java() {
    local home
    case $1 in
    image)
        home=$(from_profile JAVA_HOME)
        if [ -z "$home" ] && command -v java >/dev/null; then
            home=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
        fi
        [ -n "$home" ] || fail 'There is no Java in the image: neither' \
            'JAVA_HOME nor the path has one.'
        ;;
    *://*)
        fetch "$1" "$HERE/java-archive" || exit 1
        home=$(find "$HERE/java-archive" -path '*/bin/java' | head -n 1)
        home=${home%/bin/java}
        ;;
    *) home=$1 ;;
    esac
    [ -x "$home/bin/java" ] || fail "There is no Java in $home."
    echo "$home"
}

# check_java <directory> <version of Spark> <major version>...
check_java() {
    local home=$1 spark=$2 said major
    shift 2
    said=$("$home/bin/java" -version 2>&1) ||
        fail "The Java in $home does not run: $said"
    major=$(sed -n 's/.*version "\(1\.\)\{0,1\}\([0-9]*\).*/\2/p' <<<"$said" |
        head -n 1)
    [ $# -eq 0 ] && return
    case " $* " in
    *" $major "*) ;;
    *)
        fail "Spark $spark needs Java in one of these versions: $*. In $home" \
            "there is version ${major:-unknown}."
        ;;
    esac
}

# find_spark <spark>: print the directory
find_spark() {
    local home=''
    case $1 in
    image)
        home=$(from_profile SPARK_HOME)
        if [ -z "$home" ] && command -v spark-submit >/dev/null; then
            home=$(dirname "$(dirname "$(readlink -f "$(command -v spark-submit)")")")
        fi
        if [ ! -d "$home/jars" ]; then
            home=$(python3 -c \
                'import pyspark; print(pyspark.__path__[0])' 2>/dev/null)
        fi
        [ -n "$home" ] || fail 'There is no Spark in the image: neither' \
            'SPARK_HOME nor the path nor Python has one.'
        ;;
    *://*)
        fetch "$1" "$HERE/spark-archive" || exit 1
        home=$(find "$HERE/spark-archive" -maxdepth 2 -name jars | head -n 1)
        home=${home%/jars}
        ;;
    *) home=$1 ;;
    esac
    [ -d "$home/jars" ] || fail "There is no Spark in $home."
    echo "$home"
}

# check_spark <directory> <version>
check_spark() {
    local found
    found=$(find -L "$1/jars" -maxdepth 1 -name 'spark-core_*.jar' | head -n 1)
    found=${found##*/spark-core_*-}
    found=${found%.jar}
    case $found in
    "$2" | "$2".*) ;;
    *) fail "In $1 there is Spark ${found:-unknown}, not $2." ;;
    esac
    echo "$found"
}

install() {
    local version=$1 wanted_spark=$2 wanted_java=$3
    local java spark found
    shift 3
    mkdir -p conf logs work local || exit 1
    java=$(find_java "$wanted_java") || exit 1
    spark=$(find_spark "$wanted_spark") || exit 1
    found=$(check_spark "$spark" "$version") || exit 1
    check_java "$java" "$found" "$@"
    ln -sfn "$java" java && ln -sfn "$spark" spark || exit 1
    echo "Spark $found in $spark, Java in $java"
}

# class_of master|worker
class_of() {
    case $1 in
    master) echo org.apache.spark.deploy.master.Master ;;
    worker) echo org.apache.spark.deploy.worker.Worker ;;
    *) fail "There is no process $1." ;;
    esac
}

# pid_of master|worker: print nothing where it does not run
pid_of() {
    pgrep -o -f "$(class_of "$1") --properties-file $HERE/conf/"
}

listens() {
    (exec 3<>"/dev/tcp/$HOST/$1") 2>/dev/null
}

# launch master|worker: begin it; the process keeps running after this script
launch() {
    local process=$1 port
    local arguments=(--properties-file "$HERE/conf/spark-defaults.conf")
    for port in $PORTS; do
        if listens "$port"; then
            fail "The $process cannot start: another process has port $port" \
                "of $HOST."
        fi
    done
    arguments+=(--host "$HOST" --port "${PORTS% *}")
    arguments+=(--webui-port "${PORTS#* }")
    if [ "$process" = worker ]; then
        arguments+=(--cores "$WORKER_CORES" --memory "${WORKER_MEMORY}M")
        arguments+=(--work-dir "$HERE/work" "$MASTER_URL")
    fi
    setsid bash spark/bin/spark-class "$(class_of "$process")" \
        "${arguments[@]}" </dev/null >"logs/$process.log" 2>&1 9>&- &
}

start() {
    local process=$1 end port left
    # shellcheck source=/dev/null
    . conf/node.sh || fail 'It is not configured.'
    export JAVA_HOME=$HERE/java SPARK_HOME=$HERE/spark
    export SPARK_CONF_DIR=$HERE/conf
    # Another port than the one that is configured would not be found.
    export SPARK_DAEMON_JAVA_OPTS=-Dspark.port.maxRetries=0
    # A short-lived Java writes the command line.
    export SPARK_LAUNCHER_OPTS='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'
    PORTS=$WORKER_PORTS
    [ "$process" = master ] && PORTS=$MASTER_PORTS
    [ -n "$(pid_of "$process")" ] || launch "$process"
    end=$((SECONDS + START_TIMEOUT))
    while :; do
        left=
        for port in $PORTS; do
            listens "$port" || left=$port
        done
        [ -z "$left" ] && break
        if [ -z "$(pid_of "$process")" ]; then
            sleep 0.2
            [ -z "$(pid_of "$process")" ] || continue
            fail "The $process has ended. The last of its log:" \
                $'\n'"$(tail -n 15 "logs/$process.log")"
        fi
        [ $SECONDS -lt $end ] || fail "The $process does not listen on port" \
            "$left of $HOST after $START_TIMEOUT s."
        sleep 0.2
    done
    echo "The $process runs as process $(pid_of "$process")."
}

stop() {
    local process=$1 pid
    pid=$(pid_of "$process")
    if [ -z "$pid" ]; then
        echo "The $process does not run."
        return
    fi
    kill "$pid"
    for _ in $(seq 100); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.2
    done
    kill -KILL "$pid" 2>/dev/null
    echo "The $process is stopped."
}

status() {
    local pid
    pid=$(pid_of "$1")
    if [ -n "$pid" ]; then
        echo "The $1 runs as process $pid. The last of its log:"
    else
        echo "The $1 does not run. The last of its log:"
    fi
    tail -n 5 "logs/$1.log"
}

decommission() {
    local pid
    pid=$(pid_of "$1")
    [ -n "$pid" ] || fail "The $1 does not run."
    kill -PWR "$pid"
}

command=${1:-}
shift
case $command in
install | start | stop | status | decommission) ;;
*) fail "There is no command $command." ;;
esac
exec 9>lock || exit 1
flock -w 300 9 || fail 'Another command is still under way.'
"$command" "$@"
