#!/usr/bin/env bash
# Prints what changes, as it changes, one line of JSON for each change: the feed with curl alone. Ends with curl's error.
#
#   KOI_URL=http://127.0.0.1:8080 KOI_KEY=koi_… scripts/examples/changes.sh [POSITION]
set -euo pipefail
ask() {
    curl --silent --show-error --fail-with-body --retry 5 --retry-connrefused --oauth2-bearer "$KOI_KEY" "$KOI_URL/v1/changes$1"
}
position() { sed -n 's/.*"position":"\([0-9a-f-]*\)","more":[a-z]*}$/\1/p'; }

# Apart from its use: the failure of a command within an argument would pass unseen.
if [[ $# -eq 0 ]]; then page=$(ask ''); after=$(position <<<"$page"); else after=$1; fi
while true; do
    page=$(ask "?after=$after&wait=30")
    items=${page#*\"items\":[}
    items=${items%],\"position\":*}
    [[ -z $items ]] || sed 's/},{"sequence"/}\n{"sequence"/g' <<<"$items"
    after=$(position <<<"$page")
done
