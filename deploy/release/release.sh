#!/bin/sh
# Makes what a broker serves to its agents: a folder with a signed list of files. Run where the signing key is, never on the broker.
# See docs/operations.md, "Self-update of agents".
# What stands before || is always a test that says no by its code.
# shellcheck disable=SC2015
set -u

NAME=release.sh
LC_ALL=C
export LC_ALL
umask 022

# Exit codes.
BROKE=1 USAGE=2 REFUSED=4

usage() {
    cat <<'END'
usage: release.sh key FILE
       release.sh make --key FILE --version VERSION --out FOLDER FILE...
       release.sh verify FOLDER --key FILE

  key      makes an ECDSA P-256 key pair: FILE (mode 0600, never leaves this machine) and FILE.pub. Prints the SHA-256 of the public part
  make     writes release.txt, release.txt.sig and release-key.pem into a new folder and copies the files that are listed
    --key FILE         the signing key
    --version VERSION  1.2.3, or 1.2.3-word for what comes before it
    --out FOLDER       must not be there, or be empty
    FILE...            opnmanager-agent (of deploy/sh-agent), install.sh, *.deb (built by build.sh); each by its own name
  verify   checks signature, sizes and checksums as a broker and an agent do
    --key FILE         the public key that is expected: release-key.pem of the folder is not believed

  --help, --version

Exit codes: 0 done, 1 broken, 2 wrong options or files, 4 what is there does not verify.
The same files, version and key give the same release.txt; a signature differs each time.
END
}

fail() {
    echo "$NAME: $2" >&2
    exit "$1"
}

wrong() {
    fail "$USAGE" "$1; see $NAME --help"
}

is_version() {
    case $1 in
        '' | *[!0-9A-Za-z.~-]*) return 1 ;;
    esac
    [ ${#1} -le 40 ] && echo "$1" | grep -Eqx '[0-9]{1,6}(\.[0-9]{1,6}){2}([-~][0-9A-Za-z][0-9A-Za-z.]*)?'
}

is_name() {
    case $1 in
        '' | [!A-Za-z0-9]* | *[!A-Za-z0-9._+~-]*) return 1 ;;
    esac
    [ ${#1} -le 120 ]
}

sum() { # FILE
    openssl dgst -sha256 "$1" | sed 's/.*= *//'
}

size() { # FILE
    wc -c <"$1" | tr -d ' '
}

# The public part as every OpenSSL and LibreSSL writes it: the same bytes, so that its checksum means the key.
public_part() { # KEY
    openssl pkey -in "$1" -pubout 2>/dev/null
}

is_p256() { # OPENSSL-ARGUMENTS...
    openssl pkey "$@" -noout -text 2>/dev/null | grep -q -e prime256v1 -e P-256
}

key() {
    [ $# -eq 1 ] || wrong "key: wanted one file, found $# arguments"
    case $1 in
        -*) wrong "key: unknown option '$1'" ;;
    esac
    for file in "$1" "$1.pub"; do
        [ ! -e "$file" ] && [ ! -h "$file" ] || fail "$REFUSED" "$file: is there already, and is not overwritten"
    done
    (
        umask 077
        set -C
        # Opened by this shell, which refuses a file that is there: no key is ever lost, and no link followed.
        openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:named_curve 2>/dev/null >"$1"
    ) || fail "$BROKE" "$1: no key could be made"
    is_p256 -in "$1" || fail "$BROKE" "$1: wanted a P-256 key, and this openssl made none"
    public_part "$1" >"$1.pub" || fail "$BROKE" "$1.pub: cannot be written"
    echo "$1: keep it secret and safe; whoever has it has every agent that updates itself"
    echo "$1.pub: SHA-256 $(sum "$1.pub")"
}

# described FILE -> "kind platform", or fails
described() {
    case ${1##*/} in
        opnmanager-agent)
            script_version=$(sed -n 's/^VERSION=\([0-9A-Za-z.~-]*\)$/\1/p' "$1" | head -n 1)
            [ "$script_version" = "$version" ] ||
                fail "$USAGE" "$1: wanted VERSION=$version in it, found '$script_version': agents would not know it again"
            described="sh-agent any"
            ;;
        install.sh) described="installer any" ;;
        *.deb)
            # PACKAGE_VERSION_ARCHITECTURE.deb
            deb=${1##*/}
            deb=${deb%.deb}
            described="deb ${deb##*_}"
            case $described in
                "deb "*[!a-z0-9]*) fail "$USAGE" "$1: wanted package_version_architecture.deb" ;;
            esac
            deb=${deb#*_}
            deb=${deb%_*}
            # What dpkg calls 1.2.3~word is 1.2.3-word here.
            [ "$(echo "$deb" | tr '~' '-' | tr '[:upper:]' '[:lower:]')" = "$(echo "$version" | tr '~[:upper:]' '-[:lower:]')" ] ||
                fail "$USAGE" "$1: wanted version $version, found $deb"
            ;;
        *) fail "$USAGE" "$1: wanted opnmanager-agent, install.sh or a .deb" ;;
    esac
}

make() {
    key=
    version=
    out=
    while [ $# -gt 0 ]; do
        case $1 in
            --key | --version | --out) [ $# -ge 2 ] || wrong "$1 needs a value" ;;
            -*) wrong "make: unknown option '$1'" ;;
            *) break ;;
        esac
        case $1 in
            --key) key=$2 ;;
            --version) version=$2 ;;
            --out) out=$2 ;;
        esac
        shift 2
    done
    [ -n "$key" ] && [ -r "$key" ] || wrong "--key: wanted a readable file, found '$key'"
    is_version "$version" || wrong "--version: wanted 1.2.3 or 1.2.3-word, found '$version'"
    [ -n "$out" ] || wrong "--out: wanted a folder, found none"
    [ $# -gt 0 ] || wrong "make: wanted the files of the release, found none"
    is_p256 -in "$key" || wrong "--key: wanted a private P-256 key in $key"
    if [ -e "$out" ] || [ -h "$out" ]; then
        [ -d "$out" ] && [ -z "$(ls -A "$out")" ] || fail "$REFUSED" "$out: is there already, and is not overwritten"
    fi
    # Beside its place, and moved there when it is whole: a copy job never sees half a release.
    work=$out.new.$$
    mkdir "$work" || fail "$BROKE" "$work: cannot be made"
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    for file in "$@"; do
        name=${file##*/}
        case $file in
            -*) wrong "make: options come before the files, found '$file'" ;;
        esac
        [ -f "$file" ] && [ -r "$file" ] || wrong "make: wanted a readable file, found '$file'"
        is_name "$name" || wrong "make: wanted a name of letters, digits and ._+~-, found '$name'"
        [ ! -e "$work/$name" ] || wrong "make: $name is given twice"
        described "$file"
        cat "$file" >"$work/$name" || fail "$BROKE" "$work/$name: cannot be written"
        echo "file $described $name $(size "$work/$name") $(sum "$work/$name")" >>"$work/lines"
    done
    {
        echo "opnmanager-release 1"
        echo "version $version"
        # In one order, whatever the order of the arguments.
        sort "$work/lines"
    } >"$work/release.txt"
    rm "$work/lines"
    public_part "$key" >"$work/release-key.pem" || fail "$BROKE" "$key: has no public part"
    openssl dgst -sha256 -sign "$key" -out "$work/release.txt.sig" "$work/release.txt" || fail "$BROKE" "release.txt: cannot be signed"
    verified "$work" "$work/release-key.pem"
    [ ! -d "$out" ] || rmdir "$out" || fail "$BROKE" "$out: cannot be replaced"
    mv "$work" "$out" || fail "$BROKE" "$out: cannot be made"
    trap - EXIT
    echo "release $version in $out, key SHA-256 $(sum "$out/release-key.pem")"
}

# verified FOLDER PUBLIC-KEY; fails with words when anything is not as it is signed
verified() {
    for file in release.txt release.txt.sig release-key.pem; do
        [ -f "$1/$file" ] || fail "$REFUSED" "$1/$file: wanted a file, found none"
    done
    openssl dgst -sha256 -verify "$2" -signature "$1/release.txt.sig" "$1/release.txt" >/dev/null 2>&1 ||
        fail "$REFUSED" "$1/release.txt: the signature is not of the key in $2"
    [ "$(public_key_of "$2")" = "$(public_key_of "$1/release-key.pem")" ] || fail "$REFUSED" "$1/release-key.pem: is not the key in $2"
    number=0
    while read -r word first second name length checksum more; do
        number=$((number + 1))
        case "$number $word" in
            "1 opnmanager-release")
                [ "$first" = 1 ] && [ -z "$second" ] || fail "$REFUSED" "$1/release.txt: wanted 'opnmanager-release 1'"
                ;;
            "2 version") is_version "$first" && [ -z "$second" ] || fail "$REFUSED" "$1/release.txt: wanted a version, found '$first'" ;;
            1\ * | 2\ *) fail "$REFUSED" "$1/release.txt: line $number is not one of a release" ;;
            *" file")
                is_name "$name" && [ -z "$more" ] || fail "$REFUSED" "$1/release.txt: line $number is not one of a release"
                [ -f "$1/$name" ] || fail "$REFUSED" "$1/$name: is listed, and is not there"
                [ "$(size "$1/$name")" = "$length" ] || fail "$REFUSED" "$1/$name: wanted $length bytes, found $(size "$1/$name")"
                [ "$(sum "$1/$name")" = "$checksum" ] || fail "$REFUSED" "$1/$name: wanted SHA-256 $checksum, found another"
                ;;
            *) fail "$REFUSED" "$1/release.txt: line $number is not one of a release" ;;
        esac
    done <"$1/release.txt"
    [ "$number" -gt 2 ] || fail "$REFUSED" "$1/release.txt: lists nothing"
}

public_key_of() {
    openssl pkey -pubin -in "$1" -pubout -outform DER 2>/dev/null | openssl dgst -sha256
}

verify() {
    folder=
    key=
    while [ $# -gt 0 ]; do
        case $1 in
            --key)
                [ $# -ge 2 ] || wrong "$1 needs a value"
                key=$2
                shift
                ;;
            -*) wrong "verify: unknown option '$1'" ;;
            *)
                [ -z "$folder" ] || wrong "verify: wanted one folder, found '$1' too"
                folder=$1
                ;;
        esac
        shift
    done
    [ -n "$folder" ] && [ -d "$folder" ] || wrong "verify: wanted a folder, found '$folder'"
    [ -n "$key" ] && [ -r "$key" ] || wrong "--key: wanted a readable file, found '$key'"
    is_p256 -pubin -in "$key" || wrong "--key: wanted a public P-256 key in $key"
    verified "$folder" "$key"
    echo "$folder: version $(sed -n 's/^version //p' "$folder/release.txt"), $(grep -c '^file ' "$folder/release.txt") files, all as signed"
}

command -v openssl >/dev/null 2>&1 || fail "$BROKE" "openssl: wanted on this machine, found none"
case ${1:-} in
    --help | -h) usage ;;
    --version) echo "$NAME 1" ;;
    key | make | verify)
        command=$1
        shift
        "$command" ${1+"$@"}
        ;;
    '') wrong "wanted a command, found none" ;;
    *) wrong "unknown command '$1'" ;;
esac
