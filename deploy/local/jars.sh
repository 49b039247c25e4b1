# Java, and the jars of Kafka: fetched once by Maven, checked, kept. deploy/local/kafka sources it.
# shellcheck shell=bash
# shellcheck disable=SC2154  # root, here, unavailable: of deploy/local/kafka

maven_plugin=org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies
oldest_java=17

# Where the jars of all versions are kept.
jar_cache() {
    if [ -n "${XDG_CACHE_HOME:-}" ]; then
        echo "$XDG_CACHE_HOME/wend/kafka"
    else
        echo "$root/build/kafka/jars"
    fi
}

# full_version NAME: the version that a short name stands for.
full_version() {
    case "$1" in
    3 | 3.9 | 3.9.1) echo 3.9.1 ;;
    4 | 4.1 | 4.1.1) echo 4.1.1 ;;
    *) usage_error "--version takes 3.9 or 4, not $1" ;;
    esac
}

java_command() {
    if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/java" ]; then
        echo "$JAVA_HOME/bin/java"
    else
        command -v java
    fi
}

# Sets `java`; installs it where it is missing.
need_java() {
    local major
    if ! java=$(java_command); then
        need_packages default-jre-headless
        hash -r
        java=$(java_command) || fail "$unavailable" \
            "there is no Java; install Java $oldest_java or later, then repeat this"
    fi
    major=$("$java" -version 2>&1 | sed -nE '/ version "/{s/.*"([0-9]+).*/\1/p;q}')
    [ "${major:-0}" -ge "$oldest_java" ] ||
        fail "$unavailable" "$java is Java ${major:-of no known version}, Kafka needs" \
            "$oldest_java or later; install default-jre-headless, or set JAVA_HOME"
}

jars_are_good() {
    [ -d "$1" ] && (cd "$1" && sha256sum --check --status --strict "$2" 2>/dev/null)
}

# fetch_jars VERSION FOLDER SUMS: has Maven fetch them; FOLDER appears whole or not at all.
fetch_jars() {
    local version=$1 folder=$2 sums=$3 new=$2.new log=$2.log try
    if ! command -v mvn >/dev/null; then
        need_packages maven
        hash -r
        command -v mvn >/dev/null ||
            fail "$unavailable" "there is no Maven; install the package maven, then repeat this"
    fi
    say "fetching Kafka $version from Maven Central, 45 MB, once"
    rm -rf "$new" "$folder"
    for try in 1 2 3; do
        timeout 300 mvn -B -f "$here/pom.xml" "-Dkafka.version=$version" "$maven_plugin" \
            -DincludeScope=runtime "-DoutputDirectory=$new" >"$log" 2>&1 </dev/null && break
        if [ "$try" -eq 3 ]; then
            grep '^.*ERROR' "$log" | head -n 5 >&2
            fail "$unavailable" "Maven could not fetch Kafka $version (all of it: $log);" \
                "mend the network or Maven's settings, then repeat this"
        fi
        sleep "$try"
    done
    jars_are_good "$new" "$sums" ||
        fail 1 "what Maven fetched into $new is not what $sums says; nothing of it was run"
    mv "$new" "$folder" && rm -f "$log"
}

# Sets `java` and `classpath` for a version; fetches what is missing or damaged.
need_kafka() {
    local version=$1 cache folder sums=$here/jars-$1.sha256
    need_java
    cache=$(jar_cache)
    folder=$cache/$version
    mkdir -p "$cache"
    if ! jars_are_good "$folder" "$sums"; then
        # Two at a time would fetch into one folder; the second finds what the first has fetched.
        {
            flock 8
            jars_are_good "$folder" "$sums" || fetch_jars "$version" "$folder" "$sums"
        } 8>"$cache/lock"
    fi
    # shellcheck disable=SC2034  # used by nodes.sh
    classpath=$(awk -v "folder=$folder" '{ printf "%s%s/%s", sep, folder, $2; sep = ":" }' "$sums")
}
