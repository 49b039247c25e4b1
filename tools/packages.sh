# Distribution packages, for scripts to source: what building needs, and how to get what is missing.
# Debian 12 and Ubuntu 24.04 are known to work; elsewhere the packages must be there already.
# shellcheck shell=bash

# shellcheck disable=SC2034  # used by those who source this
build_packages=(
    gcc libc6-dev cmake ninja-build pkg-config
    libzstd-dev libxxhash-dev zlib1g-dev libisal-dev liblzma-dev libbz2-dev libarchive-dev
    libyaml-dev libpcre2-dev libjansson-dev nettle-dev librdkafka-dev libpq-dev
    libmicrohttpd-dev
)

# What deploy/local/kafka needs and is not there in any form.
kafka_packages() {
    command -v java >/dev/null || echo default-jre-headless
    command -v mvn >/dev/null || echo maven
    command -v openssl >/dev/null || echo openssl
}

# need_packages NAME...: installs those that are missing; says so only then.
need_packages() {
    local missing=() name as_root=()
    if ! command -v dpkg-query >/dev/null; then
        return 0
    fi
    for name in "$@"; do
        if [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" != installed ]; then
            missing+=("$name")
        fi
    done
    if [ "${#missing[@]}" -eq 0 ]; then
        return 0
    fi
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "these packages are missing, and there is no sudo to install them:" >&2
            echo "  apt-get install ${missing[*]}" >&2
            return 1
        fi
        as_root=(sudo)
    fi
    echo "installing ${missing[*]}"
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq
        -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0)
    # Package lists may be absent or old; installing tells, and a refresh mends it.
    "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null 2>&1 </dev/null ||
        { "${apt[@]}" update </dev/null >/dev/null &&
            "${apt[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null >/dev/null; }
}
