# The nodes of one cluster: their files, starting, watching and ending them. deploy/local/kafka
# sources it. A node is a broker, 1 to 3, or `controller`: of three brokers any may die, and the
# quorum lives. A single broker is its own controller.
# shellcheck shell=bash
# shellcheck disable=SC2154  # dir, java, classpath, the settings: of deploy/local/kafka and jars.sh

ready_seconds=${WEND_KAFKA_TIMEOUT:-120}
stop_seconds=30

# The names of the nodes: what the others need comes first.
nodes() {
    [ "$brokers" -eq 1 ] || echo controller
    seq "$brokers"
}

# port_of NODE KIND: broker N has the base port and 10 (N - 1): plain, controller, TLS.
port_of() {
    case "$1:$2" in
    controller:*) echo $((port + 1)) ;;
    *:plain) echo $((port + 10 * ($1 - 1))) ;;
    *:tls) echo $((port + 10 * ($1 - 1) + 2)) ;;
    esac
}

# Every port of the cluster.
ports() {
    local node
    echo $((port + 1))
    for node in $(seq "$brokers"); do
        port_of "$node" plain
        ! $tls || port_of "$node" tls
    done
}

# addresses KIND: all brokers, as clients want them.
addresses() {
    local node list=
    for node in $(seq "$brokers"); do
        list+=,127.0.0.1:$(port_of "$node" "$1")
    done
    echo "${list#,}"
}

listens() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# answers PORT: a request for the API versions gets its reply.
answers() {
    # shellcheck disable=SC2016  # for the inner bash
    [ "$(timeout 5 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1" &&
        printf "\0\0\0\016\0\022\0\0\0\0\0\1\0\4wend" >&3 &&
        head -c 8 <&3 | tail -c 4 | od -An -tx1' - "$1" 2>/dev/null)" = " 00 00 00 01" ]
}

# pid_of NODE: prints the process, when it lives and is that node.
pid_of() {
    local pid file=$dir/$1/pid
    [ -f "$file" ] && read -r pid <"$file" && [ -r "/proc/$pid/cmdline" ] &&
        tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null |
            grep -xF "$dir/$1/server.properties" >/dev/null && echo "$pid"
}

# The certificate of the brokers, of an authority that nobody has the key of any more.
make_tls() {
    local folder=$dir/tls
    mkdir -p "$folder"
    {
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
            -subj "/CN=local Kafka test authority" -keyout "$folder/ca.key" -out "$folder/ca.pem" &&
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
                -subj "/CN=localhost" -keyout "$folder/broker.key" -out "$folder/broker.csr" &&
            openssl x509 -req -in "$folder/broker.csr" -CA "$folder/ca.pem" \
                -CAkey "$folder/ca.key" -set_serial 1 -days 3650 -out "$folder/broker.crt" \
                -extfile <(echo "subjectAltName=IP:127.0.0.1,DNS:localhost")
    } >"$folder/log" 2>&1 || {
        cat "$folder/log" >&2
        fail 1 "openssl could not make the certificates"
    }
    cat "$folder/broker.key" "$folder/broker.crt" "$folder/ca.pem" >"$folder/broker.pem"
    rm -f "$folder"/{ca.key,broker.key,broker.csr,broker.crt,log}
}

# make_client USER PASSWORD: how to reach the TLS listener, for librdkafka and for Java.
make_client() {
    cat >"$dir/$1.conf" <<TEXT
bootstrap.servers=$(addresses tls)
security.protocol=sasl_ssl
sasl.mechanism=SCRAM-SHA-512
sasl.username=$1
sasl.password=$2
ssl.ca.location=$dir/tls/ca.pem
TEXT
    cat >"$dir/$1.properties" <<TEXT
security.protocol=SASL_SSL
sasl.mechanism=SCRAM-SHA-512
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \\
    username="$1" password="$2";
ssl.truststore.type=PEM
ssl.truststore.location=$dir/tls/ca.pem
TEXT
}

# What is the same for brokers and the controller.
common_properties() {
    local replicas=$((brokers < 3 ? 1 : 3))
    if [ "$brokers" -eq 1 ]; then
        echo "controller.quorum.voters=1@127.0.0.1:$((port + 1))"
    else
        echo "controller.quorum.voters=100@127.0.0.1:$((port + 1))"
    fi
    cat <<TEXT
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL
auto.create.topics.enable=false
num.partitions=4
default.replication.factor=$replicas
min.insync.replicas=$((replicas < 3 ? 1 : 2))
# A broker that is killed loses its partitions after this, and can come back only then.
broker.heartbeat.interval.ms=$((brokers < 3 ? 250 : 500))
broker.session.timeout.ms=$((brokers < 3 ? 2000 : 4000))
TEXT
    if $tls; then
        # The plain listener is for whoever may use this machine; users of the TLS one are held by
        # the access lists, once a topic has any.
        cat <<TEXT
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:admin
allow.everyone.if.no.acl.found=true
TEXT
    fi
}

broker_properties() {
    local node=$1 replicas=$((brokers < 3 ? 1 : 3)) listeners roles=broker more=
    listeners=PLAINTEXT://127.0.0.1:$(port_of "$node" plain)
    ! $tls || listeners+=,SASL_SSL://127.0.0.1:$(port_of "$node" tls)
    if [ "$brokers" -eq 1 ]; then
        roles=broker,controller
        more=,CONTROLLER://127.0.0.1:$((port + 1))
    fi
    cat <<TEXT
process.roles=$roles
node.id=$node
log.dirs=$dir/$node/data
listeners=$listeners$more
advertised.listeners=$listeners
inter.broker.listener.name=PLAINTEXT
# Its controller goes when a single broker goes: there is nobody to hand over to.
controlled.shutdown.enable=$([ "$brokers" -eq 1 ] && echo false || echo true)
offsets.topic.num.partitions=4
offsets.topic.replication.factor=$replicas
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=$replicas
transaction.state.log.min.isr=$((replicas < 3 ? 1 : 2))
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
# Clickstreams of any age are taken and kept, and those from the future too. Topics that are to
# lose old records say so; that is looked at each second.
log.retention.ms=-1
log.message.timestamp.after.max.ms=9223372036854775807
log.initial.task.delay.ms=1000
log.retention.check.interval.ms=1000
log.segment.delete.delay.ms=1000
log.flush.start.offset.checkpoint.interval.ms=1000
log.flush.offset.checkpoint.interval.ms=1000
log.cleaner.dedupe.buffer.size=8388608
TEXT
    if [ "${version%%.*}" -ge 4 ]; then
        cat <<TEXT
share.coordinator.state.topic.num.partitions=4
share.coordinator.state.topic.replication.factor=$replicas
share.coordinator.state.topic.min.isr=$((replicas < 3 ? 1 : 2))
group.consumer.min.session.timeout.ms=1000
TEXT
    fi
    if $tls; then
        local login=org.apache.kafka.common.security.scram.ScramLoginModule
        cat <<TEXT
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=$login required;
ssl.keystore.type=PEM
ssl.keystore.location=$dir/tls/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location=$dir/tls/ca.pem
TEXT
    fi
}

controller_properties() {
    cat <<TEXT
process.roles=controller
node.id=100
log.dirs=$dir/controller/data
listeners=CONTROLLER://127.0.0.1:$((port + 1))
TEXT
}

# run_java CLASS ARGUMENT...: a tool, which is gone before a better compiler pays.
run_java() {
    "$java" -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData \
        "-Djava.io.tmpdir=$dir/tmp" -Dorg.slf4j.simpleLogger.defaultLogLevel=error \
        -Dorg.slf4j.simpleLogger.showThreadName=false -cp "$classpath" "$@"
}

# The arguments are in a file, for the process list shows passwords.
format_node() {
    local node=$1
    {
        printf '%s\n' format --cluster-id "$cluster_id" --config "$dir/$node/server.properties" \
            --ignore-formatted
        if $tls; then
            printf -- '--add-scram\nSCRAM-SHA-512=[name=%s,password=%s]\n' \
                admin "$admin_password" wend "$wend_password"
        fi
    } >"$dir/$node/format"
    run_java kafka.tools.StorageTool "@$dir/$node/format" >"$dir/$node/log" 2>&1
    local status=$?
    rm -f "$dir/$node/format"
    [ "$status" -eq 0 ] || tail -n 5 "$dir/$node/log" >&2
    return "$status"
}

# Writes everything a new cluster needs. Its settings come last: without them it is made anew.
make_cluster() {
    local node pids=() pid cluster_id admin_password wend_password
    say "making a cluster in $dir"
    find "$dir" -mindepth 1 -maxdepth 1 ! -name lock ! -name new-settings -exec rm -rf {} +
    : >"$dir/marker"
    mkdir "$dir/tmp"
    cluster_id=$(head -c 16 /dev/urandom | base64 | tr '+/' 'AB' | tr -d '=')
    if $tls; then
        command -v openssl >/dev/null || need_packages openssl ||
            fail "$unavailable" "there is no openssl; install it, then repeat this"
        admin_password=$(head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n')
        wend_password=$(head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n')
        make_tls
        make_client admin "$admin_password"
        make_client wend "$wend_password"
    fi
    for node in $(nodes); do
        mkdir "$dir/$node"
        {
            case "$node" in
            controller) controller_properties ;;
            *) broker_properties "$node" ;;
            esac
            common_properties
            cat "$dir/new-settings"
        } >"$dir/$node/server.properties"
        format_node "$node" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid" || fail 1 "Kafka did not format its folders"
    done
    rm -f "$dir/new-settings"
    printf '%s\n' "version=$version" "brokers=$brokers" "tls=$tls" "port=$port" "jvm=$jvm" \
        >"$dir/cluster"
}

# Starts a node; does not wait for it.
launch() {
    local node=$1 folder=$dir/$1
    [ ! -f "$folder/log" ] || mv "$folder/log" "$folder/log.1"
    # shellcheck disable=SC2086  # jvm holds options
    (cd "$folder" && exec setsid "$java" $jvm -XX:-UsePerfData "-Djava.io.tmpdir=$dir/tmp" \
        -Dorg.slf4j.simpleLogger.showDateTime=true \
        "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX" \
        "-Dkafka.logs.dir=$folder" -cp "$classpath" kafka.Kafka "$folder/server.properties" \
        >"$folder/log" 2>&1 </dev/null 9>&-) &
    local pid=$!
    echo "$pid" >"$folder/pid"
    # From here on it is known by its command line.
    while kill -0 "$pid" 2>/dev/null && ! pid_of "$node" >/dev/null; do
        sleep 0.01
    done
}

is_ready() {
    grep -q 'Kafka Server started' "$dir/$1/log" 2>/dev/null || return
    [ "$1" = controller ] || answers "$(port_of "$1" plain)"
}

# await_ready NODE...: until all of them serve; says which does not, and why.
await_ready() {
    local node end=$((SECONDS + ready_seconds))
    for node in "$@"; do
        until is_ready "$node"; do
            if ! pid_of "$node" >/dev/null; then
                show_errors "$node"
                echo "$(node_name "$node") ended while it started; its log is $dir/$node/log" >&2
                return 1
            fi
            if [ "$SECONDS" -ge "$end" ]; then
                show_errors "$node"
                echo "$(node_name "$node") was not ready in $ready_seconds s" \
                    "(WEND_KAFKA_TIMEOUT); its log is $dir/$node/log" >&2
                return 1
            fi
            sleep 0.1
        done
    done
}

node_name() {
    if [ "$1" = controller ]; then echo "the controller"; else echo "broker $1"; fi
}

show_errors() {
    grep -E ' ERROR | FATAL |Exception|OutOfMemory' "$dir/$1/log" | head -n 5 | cut -c 1-400 >&2
}

# end_nodes NODE...: asks them all to end, waits, and kills those that do not.
end_nodes() {
    local node pid end=$((SECONDS + stop_seconds))
    for node in "$@"; do
        if pid=$(pid_of "$node"); then
            kill -TERM "$pid" 2>/dev/null
            kill -CONT "$pid" 2>/dev/null
        fi
    done
    for node in "$@"; do
        while pid=$(pid_of "$node"); do
            if [ "$SECONDS" -ge "$end" ]; then
                echo "$(node_name "$node") did not end in $stop_seconds s, and is killed" >&2
                kill -KILL "$pid" 2>/dev/null
                end=$((SECONDS + stop_seconds))
            fi
            sleep 0.1
        done
        rm -f "$dir/$node/pid"
    done
}
