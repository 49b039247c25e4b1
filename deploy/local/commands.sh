# What talks to a running cluster, through Kafka's own tools. For deploy/local/kafka to source.
# shellcheck shell=bash
# shellcheck disable=SC2154  # dir, version, brokers: the settings of the cluster

# on_admin CLASS OPTION...: a tool that takes the address.
on_admin() {
    local class=$1
    shift
    need_tools
    run_java "$class" --bootstrap-server "$(addresses plain)" "$@"
}

on_acl() {
    need_cluster
    $tls || fail 1 "the cluster in $dir has no access lists; it must be made with start --tls"
    if [ "${version%%.*}" -ge 4 ]; then
        on_admin org.apache.kafka.tools.AclCommand "$@"
    else
        on_admin kafka.admin.AclCommand "$@"
    fi
}

on_tool() {
    [ "$#" -gt 0 ] || usage_error "tool takes a class"
    need_tools
    run_java "$@"
}

on_address() {
    need_cluster
    case "${1:-}" in
    "") addresses plain ;;
    --tls)
        $tls || fail 1 "the cluster in $dir has no TLS; it must be made with start --tls"
        addresses tls
        ;;
    *) usage_error "address does not know $1" ;;
    esac
}

on_topic() {
    local action=${1:-} name=${2:-} class=org.apache.kafka.tools.TopicCommand
    case "$action" in
    list) on_admin "$class" --list --exclude-internal ;;
    describe) on_admin "$class" --describe --exclude-internal ${name:+--topic "$name"} ;;
    create | delete | offsets | grow | delete-records)
        [ -n "$name" ] || usage_error "topic $action takes the name of a topic"
        shift 2
        "topic_${action//-/_}" "$name" "$@"
        ;;
    *) usage_error "there is no topic ${action:-command given}" ;;
    esac
}

topic_create() {
    local name=$1 options=()
    shift
    while [ "$#" -gt 0 ]; do
        [ "$#" -ge 2 ] || usage_error "$1 takes a value"
        case "$1" in
        --partitions | --config) options+=("$1" "$2") ;;
        --replicas) options+=(--replication-factor "$2") ;;
        *) usage_error "topic create does not know $1" ;;
        esac
        shift 2
    done
    on_admin org.apache.kafka.tools.TopicCommand --create --if-not-exists --topic "$name" \
        "${options[@]}"
}

topic_delete() {
    on_admin org.apache.kafka.tools.TopicCommand --delete --topic "$1" &&
        say "Topic $1 is deleted."
}

topic_grow() {
    is_number "${2:-}" || usage_error "topic grow takes NAME PARTITIONS"
    on_admin org.apache.kafka.tools.TopicCommand --alter --topic "$1" --partitions "$2" &&
        say "Topic $1 has $2 partitions."
}

# The tool prints TOPIC:PARTITION:OFFSET, for one end at a time.
topic_offsets() {
    local first next
    need_tools
    first=$(offsets_at "$1" earliest) && next=$(offsets_at "$1" latest) || exit 1
    join -t : <(sort -t : -k 1b,1 <<<"$first") <(sort -t : -k 1b,1 <<<"$next") | sort -n |
        awk -F : 'BEGIN { print "partition first next" } { print $1, $2, $3 }' | column_table
}

offsets_at() {
    run_java org.apache.kafka.tools.GetOffsetShell --bootstrap-server "$(addresses plain)" \
        --topic-partitions "${1//./\\.}" --time "$2" | sed -E 's/^.*:([0-9]+:[0-9-]*)$/\1/'
}

column_table() {
    awk '{ printf "%9s %15s %15s\n", $1, $2, $3 }'
}

topic_delete_records() {
    { is_number "${2:-}" && [[ ${3:-} =~ ^(-1|[0-9]+)$ ]]; } ||
        usage_error "topic delete-records takes NAME PARTITION OFFSET"
    need_tools
    local file status
    file=$(mktemp "$dir/tmp/records-XXXXXX")
    printf '{"version": 1, "partitions": [{"topic": "%s", "partition": %s, "offset": %s}]}\n' \
        "$1" "$2" "$3" >"$file"
    run_java org.apache.kafka.tools.DeleteRecordsCommand \
        --bootstrap-server "$(addresses plain)" --offset-json-file "$file"
    status=$?
    rm -f "$file"
    return "$status"
}

# The address and the login for produce and consume, in `reach`.
reach_by() {
    if $2; then
        $tls || fail 1 "the cluster in $dir has no TLS; it must be made with start --tls"
        reach=(--bootstrap-server "$(addresses tls)" "--$1.config" "$dir/wend.properties")
    else
        reach=(--bootstrap-server "$(addresses plain)")
    fi
}

on_produce() {
    local name=${1:-} with_tls=false options=() reach class
    [[ $name == [!-]* ]] || usage_error "produce takes the name of a topic"
    shift
    while [ "$#" -gt 0 ]; do
        case "$1" in
        --keys) options+=(--property parse.key=true --property $'key.separator=\t') ;;
        --tls) with_tls=true ;;
        --) ;;
        *) options+=("$1") ;;
        esac
        shift
    done
    need_tools
    reach_by producer "$with_tls"
    class=org.apache.kafka.tools.ConsoleProducer
    [ "${version%%.*}" -ge 4 ] || class=kafka.tools.ConsoleProducer
    run_java "$class" "${reach[@]}" --topic "$name" "${options[@]}"
}

on_consume() {
    local name=${1:-} with_tls=false options=() from=(--from-beginning) reach
    local class=org.apache.kafka.tools.consumer.ConsoleConsumer java_options=()
    local quiet=-Dorg.slf4j.simpleLogger.log.$class
    [[ $name == [!-]* ]] || usage_error "consume takes the name of a topic"
    shift
    while [ "$#" -gt 0 ]; do
        case "$1" in
        --keys) options+=(--property print.key=true --property $'key.separator=\t') ;;
        --tls) with_tls=true ;;
        --end)
            # It ends by a time-out that the tool calls an error.
            options+=(--timeout-ms 3000)
            java_options=("$quiet=off")
            ;;
        --from-end) from=() ;;
        --count)
            is_number "${2:-}" || usage_error "--count takes a number"
            options+=(--max-messages "$2")
            shift
            ;;
        --) ;;
        *) options+=("$1") ;;
        esac
        shift
    done
    need_tools
    reach_by consumer "$with_tls"
    options=(--topic "$name" "${from[@]}" "${options[@]}")
    run_java "${java_options[@]}" "$class" "${reach[@]}" "${options[@]}"
}

on_groups() {
    local class=org.apache.kafka.tools.consumer.group.ConsumerGroupCommand
    case "${1:-}" in
    "") on_admin "$class" --list ;;
    -*) on_admin "$class" "$@" ;;
    *) on_admin "$class" --describe --group "$@" ;;
    esac
}
