#!/bin/sh
# A Python with pydantic 2, unpacked from Debian 13 into a folder, for machines whose own Python has an older one. Nothing in it is
# installed or started as a service: the test runs its interpreter where it lies.
#   python-root.sh FOLDER
set -eu
folder=$1
repository=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -n 1)
[ -n "$repository" ] || {
    echo "python-root.sh: apt knows no repository of Debian; run apt-get update" >&2
    exit 1
}
rm -rf "$folder.new"
trap 'rm -rf "$folder.new"' EXIT
mmdebstrap --quiet --variant=extract --include=python3-minimal,libpython3-stdlib,python3-pydantic,python3-urllib3,python3-dateutil \
    trixie "$folder.new" "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $repository trixie main"
mv "$folder.new" "$folder"
