#!/bin/sh
# Puts an agent onto this box and enrols it: what an enrolment line fetches, compares with the checksum in the line, and runs.
# See docs/sh-agent.md and docs/operations.md, "Enrolment line".
#
# Everything is in functions and the last line calls the first: half a script does nothing. It is one file of some 480 lines because a
# line can check one file.
# Nothing that was fetched is run or installed before its signature, size and checksum were found good.

# What stands before || is always a test that says no by its code.
# shellcheck disable=SC2015
set -u

NAME=install.sh

# Exit codes, the agents' own where they have one.
BROKE=1 USAGE=2 AWAY=3 REFUSED=4 ENROLLED=5

# Bounds.
LARGEST_LIST=65536     # bytes, of release.txt, its signature and the key
LARGEST_FILE=536870912 # bytes, of one file that is listed
ATTEMPTS=5             # to fetch a file; what was fetched is kept from one to the next where the server can go on
PATIENCE=900           # seconds, of one attempt

usage() {
    cat <<'END'
usage: install.sh --broker URL --kind opnsense|debian|container --key-sha256 HEX [option...] <TOKEN

Reads the enrolment token from the standard input, where ps does not show it.

  --broker URL               https://host[:port]; http for loopback only
  --kind KIND                opnsense: the agent of sh, for OPNsense, pfSense, FreeBSD, OpenWrt and any box with sh, curl and ssh
                             debian: the packages; container: with docker or podman
  --key-sha256 HEX           of the key that signs releases (release-key.pem)
  --token-stdin              what is done without it too
  --token-file FILE          the token is in this file
  --ca-file FILE             trusts these authorities (PEM) instead of the system's
  --pinned-key PIN           sha256/<base64>: trusts exactly this public key, whatever its certificate says
  --updates                  lets the agent update itself (off otherwise)
  --target HOST:PORT         what tunnels may lead to, several times for several (default: where the page is)
  --web-target URL           the firewall's own page, seen from here (default: https://localhost:443)
  --state DIR                opnsense: folder of the identity
  --start KIND               opnsense: syshook, cron, procd or none (default: what the box has)
  --image NAME               container: of the agent
  --quickconnect-image NAME  container: of the quickconnect-agent (default: from --image)
  --help

Exit codes: 0 done, 1 broken, 2 wrong options, 3 broker away, 4 refused or not as signed, 5 enrolled already.
END
}

say() {
    echo "$NAME: $1"
}

fail() {
    echo "$NAME: $2" >&2
    exit "$1"
}

wrong() {
    fail "$USAGE" "$1; see $NAME --help"
}

needs() {
    [ $# -ge 2 ] && [ -n "$2" ] || wrong "$1 needs a value"
}

is_checksum() {
    case $1 in
        *[!0-9a-f]*) return 1 ;;
    esac
    [ ${#1} -eq 64 ]
}

is_size() {
    case $1 in
        '' | *[!0-9]* | 0* | ??????????*) return 1 ;;
    esac
    [ "$1" -le "$LARGEST_FILE" ]
}

is_name() {
    case $1 in
        '' | [!A-Za-z0-9]* | *[!A-Za-z0-9._+~-]*) return 1 ;;
    esac
    [ ${#1} -le 120 ]
}

is_word() {
    case $1 in
        '' | -* | *[!A-Za-z0-9._:/@+=,~%\[\]-]*) return 1 ;;
    esac
    [ ${#1} -le 300 ]
}

sum() { # FILE
    openssl dgst -sha256 "$1" | sed 's/.*= *//'
}

size() { # FILE
    wc -c <"$1" | tr -d ' '
}

options() {
    while [ $# -gt 0 ]; do
        case $1 in
            --broker | --kind | --key-sha256 | --token-file | --ca-file | --pinned-key) needs "$@" ;;
            --target | --web-target | --state | --start | --image | --quickconnect-image) needs "$@" ;;
        esac
        case $1 in
            --broker) broker=${2%/} ;;
            --kind) kind=$2 ;;
            --key-sha256) key_sum=$(echo "$2" | tr '[:upper:]' '[:lower:]') ;;
            --token-file) token_file=$2 ;;
            --ca-file) ca_file=$2 ;;
            --pinned-key) pin=$2 ;;
            --target)
                is_word "$2" || wrong "--target: wanted host:port, found '$2'"
                targets="$targets --target $2"
                ;;
            --web-target) web_target=$2 ;;
            --state) state=$2 ;;
            --start) start=$2 ;;
            --image) image=$2 ;;
            --quickconnect-image) quickconnect_image=$2 ;;
            --token-stdin)
                token_file=-
                shift
                continue
                ;;
            --updates)
                updates=yes
                shift
                continue
                ;;
            --help | -h)
                usage
                exit 0
                ;;
            --token | --token=*) wrong "--token: wanted the token on the standard input or in a file, where ps does not show it" ;;
            *) wrong "unknown option '$1'" ;;
        esac
        shift 2
    done
    is_word "$broker" || wrong "--broker: wanted https://host[:port], found '$broker'"
    case $broker in
        https://*/* | http://*/*) wrong "--broker: wanted https://host[:port], found '$broker'" ;;
        https://?*) proto=https ;;
        http://127.0.0.1 | http://127.0.0.1:* | http://localhost | http://localhost:* | http://\[::1\] | http://\[::1\]:*) proto=http ;;
        *) wrong "--broker: wanted https://host[:port], found '$broker'" ;;
    esac
    case $kind in
        opnsense | debian | container) ;;
        *) wrong "--kind: wanted opnsense, debian or container, found '$kind'" ;;
    esac
    is_checksum "$key_sum" || wrong "--key-sha256: wanted 64 hexadecimal digits, found '$key_sum'"
    [ -z "$ca_file" ] || [ -z "$pin" ] || wrong "--ca-file and --pinned-key exclude each other"
    [ -z "$ca_file" ] || [ -r "$ca_file" ] || wrong "--ca-file: wanted a readable file, found '$ca_file'"
    if [ -n "$pin" ]; then
        case ${pin#sha256/} in
            "$pin" | *[!A-Za-z0-9+/=]*) wrong "--pinned-key: wanted sha256/<base64>, found '$pin'" ;;
        esac
        [ ${#pin} -eq 51 ] || wrong "--pinned-key: wanted sha256/ and 44 characters, found '$pin'"
    fi
    case $web_target in
        '') ;;
        *://*:*[0-9])
            # A page that tunnels may not lead to would never be shown.
            [ -n "$targets" ] || targets=" --target ${web_target#*://}"
            ;;
        *) wrong "--web-target: wanted scheme://host:port, found '$web_target'" ;;
    esac
    for word in $web_target $state $start $image $quickconnect_image; do
        is_word "$word" || wrong "wanted a value without blanks and quotes, found '$word'"
    done
    case $kind in
        container) [ -n "$image" ] || wrong "--image: wanted the name of the agent's image, found none" ;;
    esac
}

# ------------------------------------------------------------------------------------------------------------------------ fetching

# curl with how TLS is checked. Without redirects and without the box's curlrc.
ask() {
    if [ -n "$ca_file" ]; then
        curl -q -sS --proto "=$proto" --cacert "$ca_file" --connect-timeout 10 "$@"
    elif [ -n "$pin" ]; then
        curl -q -sS --proto "=$proto" --insecure --pinnedpubkey "sha256//${pin#sha256/}" --connect-timeout 10 "$@"
    else
        curl -q -sS --proto "=$proto" --connect-timeout 10 "$@"
    fi
}

# Some builds of curl pass over a pin that they cannot check; nothing else is checked with one. A wrong one has to be refused (90).
pin_is_honoured() {
    [ -n "$pin" ] || return 0
    right_pin=$pin
    pin=sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
    ask --max-time 20 -o /dev/null "$broker/api/release/release.txt" 2>/dev/null
    pin_code=$?
    pin=$right_pin
    case $pin_code in
        90) ;;
        0) fail "$BROKE" "this curl does not check pinned keys: wanted a refusal of a wrong pin, found none; use --ca-file" ;;
        *) fail "$AWAY" "$broker cannot be reached: curl ended with $pin_code" ;;
    esac
}

# fetch NAME LARGEST -> $work/NAME
fetch() {
    attempt=0
    rm -f "$work/$1"
    while :; do
        attempt=$((attempt + 1))
        code=$(
            # In blocks; the size in the list is compared anyway, this only keeps the disk from being filled.
            ulimit -f $(($2 / 512 + 64)) 2>/dev/null
            ask --max-time "$PATIENCE" --speed-limit 500 --speed-time 30 --max-filesize "$2" -C - \
                -w '%{http_code}' -o "$work/$1" "$broker/api/release/$1" 2>"$work/error"
        )
        result=$?
        case $result:$code in
            0:200 | 0:206) return 0 ;;
            0:404) fail "$REFUSED" "$1: the broker has no such file; is there a release on it?" ;;
            0:400 | 0:401 | 0:403) fail "$REFUSED" "$1: the broker answers $code" ;;
            # 33: the server cannot go on in the middle. What came with another code was no part of the file.
            0:* | 33:* | 36:*) rm -f "$work/$1" ;;
            60:* | 90:* | 77:*) fail "$AWAY" "$broker: its certificate or key is not the one that is trusted: $(tr -d '\r\n' <"$work/error" | cut -c1-200)" ;;
            63:*) fail "$REFUSED" "$1: is larger than $2 bytes" ;;
        esac
        [ "$attempt" -lt "$ATTEMPTS" ] || fail "$AWAY" "$1: could not be fetched from $broker in $ATTEMPTS attempts: code $code $(tr -d '\r\n' <"$work/error" | cut -c1-200)"
        sleep $((attempt * 2))
    done
}

# The list of the release, believed only with the right key's signature.
fetch_list() {
    for file in release-key.pem release.txt release.txt.sig; do
        fetch "$file" "$LARGEST_LIST"
        [ "$(size "$work/$file")" -le "$LARGEST_LIST" ] || fail "$REFUSED" "$file: is larger than $LARGEST_LIST bytes"
    done
    found=$(sum "$work/release-key.pem")
    [ "$found" = "$key_sum" ] || fail "$REFUSED" "release-key.pem: wanted SHA-256 $key_sum, found $found: not the key of this line; nothing was installed"
    openssl dgst -sha256 -verify "$work/release-key.pem" -signature "$work/release.txt.sig" "$work/release.txt" >/dev/null 2>&1 ||
        fail "$REFUSED" "release.txt: its signature is not of the release key; nothing was installed"
    { read -r first && read -r second; } <"$work/release.txt"
    [ "$first" = "opnmanager-release 1" ] || fail "$REFUSED" "release.txt: wanted 'opnmanager-release 1' on its first line"
    version=${second#version }
    is_name "$version" && [ "$second" = "version $version" ] || fail "$REFUSED" "release.txt: wanted a version on its second line"
}

# listed KIND PLATFORM PREFIX -> $listed, the first name of this kind that begins so, with $listed_size and $listed_sum
listed() {
    listed=
    while read -r word file_kind platform name length checksum more; do
        case "$word $file_kind $platform $name" in
            "file $1 $2 $3"* | "file $1 all $3"*)
                is_name "$name" && is_size "$length" && is_checksum "$checksum" && [ -z "$more" ] ||
                    fail "$REFUSED" "release.txt: wanted name, size and SHA-256, found something else"
                listed=$name
                listed_size=$length
                listed_sum=$checksum
                return 0
                ;;
        esac
    done <"$work/release.txt"
    return 1
}

# What listed found, fetched and compared.
fetch_listed() {
    fetch "$listed" "$listed_size"
    found=$(size "$work/$listed")
    [ "$found" = "$listed_size" ] || fail "$REFUSED" "$listed: wanted $listed_size bytes, found $found; nothing was installed"
    found=$(sum "$work/$listed")
    [ "$found" = "$listed_sum" ] || fail "$REFUSED" "$listed: wanted SHA-256 $listed_sum, found $found; nothing was installed"
}

# Into a file of root's alone: what is fetched in between must not read it.
read_token() {
    if [ -n "$token_file" ] && [ "$token_file" != - ]; then
        [ -r "$token_file" ] || fail "$USAGE" "token: wanted a readable file, found '$token_file'"
        IFS= read -r token <"$token_file" || [ -n "$token" ] || token=
    else
        IFS= read -r token || [ -n "$token" ] || token=
    fi
    case $token in
        '' | *[!A-Za-z0-9._~+/=-]*) fail "$USAGE" "token: wanted one on the standard input, found none, or something else" ;;
    esac
    echo "$token" >"$work/token"
    token=
}

# ------------------------------------------------------------------------------------------------------------------------ the kinds

install_opnsense() {
    for program in ssh ssh-keygen awk sed mkfifo; do
        command -v "$program" >/dev/null 2>&1 || fail "$BROKE" "$program: wanted on this box, found none"
    done
    listed sh-agent any opnmanager-agent || fail "$REFUSED" "release.txt: lists no sh-agent"
    fetch_listed
    agent=$work/$listed
    sh -n "$agent" 2>/dev/null || fail "$REFUSED" "$listed: this box's sh does not read it"
    known=$(sh "$agent" ${state:+--state "$state"} status 2>/dev/null | sed -n 's/^enrolled as \(firewall [0-9]* at [^,]*\),.*/\1/p')
    if [ -z "$known" ]; then
        # Targets are words without blanks.
        # shellcheck disable=SC2086
        sh "$agent" ${state:+--state "$state"} enrol --broker "$broker" ${ca_file:+--ca-file "$ca_file"} ${pin:+--pinned-key "$pin"} \
            ${web_target:+--web-target "$web_target"} $targets <"$work/token" || exit $?
    elif [ -e "$root/usr/local/sbin/opnmanager-agent" ] || [ -e "$root/usr/sbin/opnmanager-agent" ] || [ "${known##* at }" != "$broker" ]; then
        fail "$ENROLLED" "enrolled already as $known: nothing was changed, and the token is still good; 'opnmanager-agent remove' takes the agent off this box"
    else
        say "enrolled already as $known, going on where it was cut"
    fi
    words=$(sh "$agent" ${state:+--state "$state"} install ${start:+--start "$start"}) || exit $?
    say "$words"
    installed=$(echo "$words" | sed -n 's/^installed \([^,;]*\)[,;].*/\1/p')
    "$installed" ${state:+--state "$state"} updates key "$work/release-key.pem" || exit $?
    [ -z "$updates" ] || "$installed" ${state:+--state "$state"} updates on || exit $?
    case $words in
        *"started by $root/etc/init.d/"*) [ -n "$root" ] || "$root/etc/init.d/opnmanager-agent" start ;;
        *"started by "*) "$installed" ${state:+--state "$state"} run --detach </dev/null >/dev/null 2>&1 ;;
    esac
    say "version $version is installed; 'opnmanager-agent status' shows it"
}

# Root's file that everybody may read, put in place in one step.
keep() { # FROM TO
    mkdir -p "${2%/*}" && cat "$1" >"$2.new" && chmod 644 "$2.new" && mv -f "$2.new" "$2" || fail "$BROKE" "$2: cannot be written"
}

# What the units read; the YAML file stays as the package brought it.
environment_of_agent() {
    [ -n "$web_target$targets$updates" ] || return 0
    file=$root/etc/default/opnmanager-agent
    if [ -e "$file" ]; then
        say "$file is there and stays as it is"
        return 0
    fi
    {
        echo "# Written by install.sh; wins over /etc/opnmanager-tunnel/agent.yaml."
        [ -z "$web_target" ] || echo "AGENT_WEB_TARGET=$web_target"
        [ -z "$targets" ] || echo "AGENT_TARGETS=$(echo "$targets" | sed 's/^ *--target //; s/ --target /,/g')"
        [ -z "$updates" ] || echo "AGENT_UPDATE=true"
    } >"$work/environment"
    keep "$work/environment" "$file"
}

install_debian() {
    command -v dpkg >/dev/null 2>&1 || fail "$BROKE" "dpkg: wanted on this box, found none"
    architecture=$(dpkg --print-architecture)
    folder=$root/var/lib/opnmanager-agent
    # The braces are dpkg-query's.
    # shellcheck disable=SC2016
    if [ -e "$folder/credential.json" ] && dpkg-query ${root:+--admindir="$root/var/lib/dpkg"} -W -f '${Status}' opnmanager-agent 2>/dev/null | grep -q ' installed$'; then
        fail "$ENROLLED" "enrolled already: $folder holds an identity; nothing was changed, and the token is still good"
    fi
    debs=
    for package in opnmanager-runtime opnmanager-agent opnmanager-quickconnect-agent; do
        if ! listed deb "$architecture" "${package}_"; then
            # Native builds need no runtime.
            [ "$package" = opnmanager-runtime ] || fail "$REFUSED" "release.txt: lists no $package for $architecture"
            continue
        fi
        say "fetching $listed"
        fetch_listed
        [ "$(dpkg-deb -f "$work/$listed" Package)" = "$package" ] || fail "$REFUSED" "$listed: is not the package $package"
        debs="$debs $work/$listed"
    done
    # Names without blanks, all of them.
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive dpkg ${root:+--root="$root" --force-script-chrootless --force-not-root --log=/dev/null} \
        --force-confdef --force-confold -i $debs </dev/null ||
        fail "$BROKE" "dpkg could not install the packages; 'apt-get -f install' fetches what they need, then paste the line again"
    settings=$root/etc/opnmanager-tunnel
    keep "$work/release-key.pem" "$settings/release-key.pem"
    trust=
    if [ -n "$ca_file" ]; then
        keep "$ca_file" "$settings/broker-ca.pem"
        trust="--ca-file $settings/broker-ca.pem"
    elif [ -n "$pin" ]; then
        trust="--pinned-key $pin"
    fi
    {
        echo "# Where opnmanager-agent-update fetches releases from. Written by install.sh."
        echo "broker_url=$broker"
        [ -z "$ca_file" ] || echo "ca_file=$settings/broker-ca.pem"
        [ -z "$pin" ] || echo "pinned_key=$pin"
    } >"$work/agent-update.conf"
    keep "$work/agent-update.conf" "$settings/agent-update.conf"
    if [ -x "$root/usr/lib/opnmanager-tunnel/opnmanager-agent-update" ]; then
        # shellcheck disable=SC2086
        "$root/usr/lib/opnmanager-tunnel/opnmanager-agent-update" keep $debs || exit $?
    fi
    environment_of_agent
    if [ ! -e "$folder/credential.json" ]; then
        as_agent=
        [ -n "$root" ] || ! id opnmanager-agent >/dev/null 2>&1 || as_agent="runuser -u opnmanager-agent --"
        # shellcheck disable=SC2046,SC2086
        $as_agent env ${web_target:+AGENT_WEB_TARGET="$web_target"} "$root/usr/bin/opnmanager-agent" enroll --broker "$broker" --token-file - $trust \
            $([ ! -e "$settings/agent.yaml" ] || echo "--config=$settings/agent.yaml") \
            <"$work/token" || exit $?
    fi
    if [ -d /run/systemd/system ] && [ -z "$root" ]; then
        [ -z "$updates" ] || systemctl enable --now opnmanager-agent-update.path || fail "$BROKE" "opnmanager-agent-update.path cannot be started"
        systemctl enable opnmanager-agent.service opnmanager-quickconnect-agent.service &&
            systemctl restart opnmanager-agent.service opnmanager-quickconnect-agent.service || fail "$BROKE" "the agents cannot be started; see: journalctl -u opnmanager-agent"
    else
        say "no systemd runs here: start 'opnmanager-agent run' and 'opnmanager-quickconnect-agent' by what this box has"
    fi
    say "version $version is installed"
}

# told COMMAND...: says it, and runs it
told() {
    echo "  $*"
    "$@"
}

install_container() {
    [ -n "$quickconnect_image" ] || quickconnect_image=$(echo "$image" | sed 's/agent\([:@][^/]*\)\{0,1\}$/quickconnect-agent\1/')
    [ "$quickconnect_image" != "$image" ] || wrong "--quickconnect-image: wanted a name, for it cannot be told from --image '$image'"
    engine=
    for candidate in docker podman; do
        if [ -z "$engine" ] && command -v "$candidate" >/dev/null 2>&1 && "$candidate" info >/dev/null 2>&1; then
            engine=$candidate
        fi
    done
    common="--network host --read-only --cap-drop ALL --security-opt no-new-privileges --tmpfs /tmp -v opnmanager-agent:/var/lib/opnmanager-agent"
    trust=
    if [ -n "$ca_file" ]; then
        keep "$ca_file" "$root/etc/opnmanager-tunnel/broker-ca.pem"
        common="$common -v $root/etc/opnmanager-tunnel/broker-ca.pem:/run/secrets/ca.pem:ro"
        trust="--ca-file /run/secrets/ca.pem"
    elif [ -n "$pin" ]; then
        trust="--pinned-key $pin"
    fi
    [ -z "$web_target" ] || common="$common -e AGENT_WEB_TARGET=$web_target"
    [ -z "$targets" ] || common="$common -e AGENT_TARGETS=$(echo "$targets" | sed 's/^ *--target //; s/ --target /,/g')"
    enrol="run --rm -i $common $image enroll --broker $broker --token-file - $trust"
    run="run -d --name opnmanager-agent --restart unless-stopped $common $image"
    quickconnect="run -d --name opnmanager-quickconnect-agent --restart unless-stopped $common $quickconnect_image"
    if [ -z "$engine" ]; then
        echo "$NAME: wanted docker or podman that answers, found none. Run this where there is one; the first reads the token from the standard input:"
        printf '  docker %s\n' "$enrol" "$run" "$quickconnect"
        exit "$BROKE"
    fi
    if "$engine" container inspect opnmanager-agent >/dev/null 2>&1; then
        fail "$ENROLLED" "enrolled already: there is a container opnmanager-agent; nothing was changed, and the token is still good"
    fi
    # Words without blanks, all of them.
    # shellcheck disable=SC2086
    {
        told "$engine" $enrol <"$work/token" || exit $?
        told "$engine" $run || exit $?
        told "$engine" $quickconnect || exit $?
    }
}

main() {
    LC_ALL=C
    PATH=$PATH:/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin
    export LC_ALL PATH
    umask 077
    # Below it everything is installed; for images and tests.
    root=${OPNMANAGER_ROOT:-}
    broker='' kind='' key_sum='' token_file='' ca_file='' pin='' updates='' targets='' web_target='' state='' start='' image='' quickconnect_image=''
    options "$@"
    for program in curl openssl mktemp; do
        command -v "$program" >/dev/null 2>&1 || fail "$BROKE" "$program: wanted on this box, found none"
    done
    [ "$(id -u)" = 0 ] || [ -n "$root" ] || [ "$kind" = container ] || fail "$BROKE" "wanted root, found $(id -un)"
    work=$(mktemp -d "${TMPDIR:-/tmp}/opnmanager-install.XXXXXXXX") || fail "$BROKE" "no temporary folder can be made"
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    read_token
    pin_is_honoured
    fetch_list
    "install_$kind"
}

main ${1+"$@"}
