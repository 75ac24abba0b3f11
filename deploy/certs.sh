#!/bin/sh
# Certificates to try things with: an authority, a server, clients. See docs/certificates.md.
set -eu

usage() {
    cat <<'END'
usage: certs.sh [--dir FOLDER] [--san NAME]... [--client NAME]... [--days N] [--force]
       certs.sh [--dir FOLDER] --revoke NAME
       certs.sh [--dir FOLDER] --crl

Makes an authority, a server's certificate and clients' certificates (ECDSA P-256, PEM), for tests. Without --san and --client it makes
a server's for localhost, *.localhost and 127.0.0.1, and a client's named "client".

  --dir FOLDER    where everything is and goes (default: certs)
  --san NAME      makes a server's certificate for this DNS name or IP address instead; several times for several names
  --client NAME   makes a client's certificate with this common name; several times for several clients
  --days N        how long certificates of server and clients are good (default: 365; 1 to 3650)
  --force         replaces certificates and keys of these names. The authority is never replaced: that is another folder
  --revoke NAME   takes a client's certificate (or "server") back: writes it into the revocation list
  --crl           writes the revocation list anew, also when it is empty; it is good for 365 days
  --help          this text

Files: ca.pem, ca-key.pem, server.pem, server-key.pem, NAME.pem, NAME-key.pem, ca.crl; ca.index and ca.crlnumber are what the list is made
from. Keys can be read by their owner only (0600).

Exit codes: 0 done, 1 something failed, 2 wrong options, 3 refused: it is there already, or it is not there.
END
}

fail() {
    echo "certs.sh: $2" >&2
    exit "$1"
}

wrong() {
    fail 2 "$1; see certs.sh --help"
}

# Letters are A to Z, everywhere.
LC_ALL=C
export LC_ALL

newline='
'
dir=certs
days=365
force=
crl=
revoke=
sans=
clients=

# Names go into file names and into openssl's configuration, so nothing else gets through.
is_name() {
    case $1 in
        '' | *[!A-Za-z0-9._@-]* | [!A-Za-z0-9]* | *-key | ca | server) return 1 ;;
    esac
    [ ${#1} -le 64 ]
}

is_san() {
    case $1 in
        '' | *[!A-Za-z0-9.:*_-]* | -*) return 1 ;;
    esac
    [ ${#1} -le 253 ]
}

needs() {
    [ $# -ge 2 ] || wrong "$1 needs a value"
}

while [ $# -gt 0 ]; do
    case $1 in
        --help | -h)
            usage
            exit 0
            ;;
        --dir)
            needs "$@"
            [ -n "$2" ] || wrong "--dir: wanted a folder, found nothing"
            dir=$2
            shift
            ;;
        --san)
            needs "$@"
            is_san "$2" || wrong "--san: wanted a DNS name or an IP address, found '$2'"
            sans="$sans$2$newline"
            shift
            ;;
        --client)
            needs "$@"
            is_name "$2" || wrong "--client: wanted up to 64 letters, digits, '.', '_', '@' or '-', and none of ca, server, …-key, found '$2'"
            clients="$clients$2$newline"
            shift
            ;;
        --days)
            needs "$@"
            case $2 in
                '' | *[!0-9]* | ?????*) wrong "--days: wanted 1 to 3650, found '$2'" ;;
            esac
            { [ "$2" -ge 1 ] && [ "$2" -le 3650 ]; } || wrong "--days: wanted 1 to 3650, found '$2'"
            days=$2
            shift
            ;;
        --force) force=yes ;;
        --revoke)
            needs "$@"
            [ "$2" = server ] || is_name "$2" || wrong "--revoke: wanted a client's name, or server, found '$2'"
            revoke=$2
            shift
            ;;
        --crl) crl=yes ;;
        *) wrong "unknown option '$1'" ;;
    esac
    shift
done

if [ -n "$revoke$crl" ] && [ -n "$sans$clients" ]; then
    wrong "--revoke and --crl make no certificates: call twice"
fi
if [ -z "$sans$clients" ]; then
    wanted_server=yes
    sans="localhost$newline*.localhost${newline}127.0.0.1$newline"
    clients="client$newline"
else
    wanted_server=$sans
fi

command -v openssl >/dev/null 2>&1 || fail 1 "openssl is not installed, or not on the path"

# Keys are written under this, and never readable for others, not even for a moment.
umask 077
case $dir in
    -*) dir=./$dir ;;
esac
if [ -n "$revoke$crl" ]; then
    [ -d "$dir" ] || fail 3 "there is no folder $dir"
else
    mkdir -p -- "$dir" 2>/dev/null || fail 1 "the folder $dir cannot be made"
fi
work=$(mktemp -d "$dir/.making.XXXXXX" 2>/dev/null) || fail 1 "nothing can be written into the folder $dir"
trap 'rm -rf -- "$work"' EXIT
trap 'exit 1' HUP INT TERM

# What openssl prints is shown when it fails and only then.
run() {
    "$@" >"$work/output" 2>&1 || {
        cat "$work/output" >&2
        fail 1 "openssl failed: $1 $2"
    }
}

serial() {
    # Positive, and 128 bits of chance (RFC 5280 §4.1.2.2).
    echo "0x1$(openssl rand -hex 16)"
}

key() {
    run openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
}

make_authority() {
    cat >"$work/ca.cnf" <<'END'
[req]
distinguished_name = name
x509_extensions = extensions
prompt = no
[name]
CN = OPNManager Tunnel test authority
[extensions]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
END
    key "$work/ca-key.pem"
    run openssl req -new -x509 -sha256 -days 3660 -set_serial "$(serial)" -config "$work/ca.cnf" \
        -key "$work/ca-key.pem" -out "$work/ca.pem"
    put ca
}

# Into place, certificate last: where it is, its key is too.
put() {
    chmod 644 "$work/$1.pem"
    mv -f -- "$work/$1-key.pem" "$dir/$1-key.pem"
    mv -f -- "$work/$1.pem" "$dir/$1.pem"
    echo "made $dir/$1.pem"
}

# make FILE COMMON-NAME USAGE [SUBJECT-ALTERNATIVE-NAMES]
make() {
    {
        echo 'basicConstraints = critical, CA:FALSE'
        echo 'keyUsage = critical, digitalSignature'
        echo "extendedKeyUsage = $3"
        echo 'subjectKeyIdentifier = hash'
        echo 'authorityKeyIdentifier = keyid'
        [ -z "${4-}" ] || echo "subjectAltName = $4"
    } >"$work/extensions"
    printf '[req]\ndistinguished_name = name\nprompt = no\n[name]\nCN = %s\n' "$2" >"$work/request.cnf"
    key "$work/$1-key.pem"
    run openssl req -new -sha256 -config "$work/request.cnf" -key "$work/$1-key.pem" -out "$work/request.pem"
    run openssl x509 -req -sha256 -days "$days" -set_serial "$(serial)" -CA "$dir/ca.pem" -CAkey "$dir/ca-key.pem" \
        -in "$work/request.pem" -extfile "$work/extensions" -out "$work/$1.pem"
    put "$1"
}

subject_alternative_names() {
    all=
    while read -r name; do
        case $name in
            '') continue ;;
            *:*) kind=IP ;;
            *[!0-9.]*) kind=DNS ;;
            *) kind=IP ;;
        esac
        all="${all:+$all, }$kind:$name"
    done
    echo "$all"
}

write_list() {
    [ -e "$dir/ca.index" ] || : >"$dir/ca.index"
    [ -e "$dir/ca.crlnumber" ] || echo 01 >"$dir/ca.crlnumber"
    # openssl renames the files of its own beside these; a copy keeps the folder as it was when it fails.
    cp -- "$dir/ca.index" "$work/index"
    cp -- "$dir/ca.crlnumber" "$work/crlnumber"
    # Not written into the configuration, where a $ or # in it would mean something.
    CERTS_WORK=$work
    export CERTS_WORK
    echo 'unique_subject = no' >"$work/index.attr"
    cat >"$work/list.cnf" <<'END'
[ca]
default_ca = authority
[authority]
database = $ENV::CERTS_WORK/index
crlnumber = $ENV::CERTS_WORK/crlnumber
default_md = sha256
default_crl_days = 365
crl_extensions = extensions
[extensions]
authorityKeyIdentifier = keyid
END
    if [ -n "$1" ]; then
        run openssl ca -config "$work/list.cnf" -keyfile "$dir/ca-key.pem" -cert "$dir/ca.pem" -revoke "$1"
    fi
    run openssl ca -config "$work/list.cnf" -keyfile "$dir/ca-key.pem" -cert "$dir/ca.pem" -gencrl -out "$work/ca.crl"
    chmod 644 "$work/ca.crl"
    mv -f -- "$work/index" "$dir/ca.index"
    mv -f -- "$work/crlnumber" "$dir/ca.crlnumber"
    mv -f -- "$work/ca.crl" "$dir/ca.crl"
    echo "made $dir/ca.crl"
}

has_authority() {
    [ -e "$dir/ca.pem" ] && [ -e "$dir/ca-key.pem" ]
}

if [ -n "$revoke$crl" ]; then
    has_authority || fail 3 "there is no authority in $dir: ca.pem and ca-key.pem"
    certificate=
    if [ -n "$revoke" ]; then
        certificate=$dir/$revoke.pem
        [ -e "$certificate" ] || fail 3 "there is no certificate $certificate"
        number=$(openssl x509 -in "$certificate" -noout -serial) || fail 1 "$certificate is no certificate"
        if [ -e "$dir/ca.index" ] && grep -q "^R.*	${number#serial=}	" "$dir/ca.index"; then
            echo "$certificate was revoked already"
            certificate=
        fi
    fi
    write_list "$certificate"
    exit 0
fi

# Everything is looked at before anything is made.
if ! has_authority; then
    { [ ! -e "$dir/ca.pem" ] && [ ! -e "$dir/ca-key.pem" ]; } || fail 3 "of ca.pem and ca-key.pem in $dir one is missing: put it back, or use another folder"
fi
if [ -z "$force" ]; then
    for name in ${wanted_server:+server} $clients; do
        for file in "$dir/$name.pem" "$dir/$name-key.pem"; do
            [ ! -e "$file" ] || fail 3 "$file is there already: --force replaces it"
        done
    done
fi

has_authority || make_authority
if [ -n "$wanted_server" ]; then
    # Nobody looks at it, and it has room for 64 (RFC 5280, appendix A.1).
    make server "OPNManager Tunnel test server" serverAuth "$(printf %s "$sans" | subject_alternative_names)"
fi
for name in $clients; do
    make "$name" "$name" clientAuth
done
