#!/usr/bin/env bash
# Prints what changes, as it changes, one line of JSON for each change: the feed with curl alone.
#
#   KOI_URL=http://127.0.0.1:8080 KOI_KEY=koi_… scripts/examples/changes.sh [POSITION]
set -euo pipefail
ask() { curl --silent --show-error --fail-with-body --oauth2-bearer "$KOI_KEY" "$KOI_URL/v1/changes$1"; }

after=${1:-$(ask '' | sed 's/.*"position":\([0-9]*\).*/\1/')}
while page=$(ask "?after=$after&wait=30"); do
    items=${page#*\"items\":[}
    items=${items%],\"position\":*}
    [[ -z $items ]] || sed 's/},{"sequence"/}\n{"sequence"/g' <<<"$items"
    after=$(sed 's/.*"position":\([0-9]*\),"more":[a-z]*}$/\1/' <<<"$page")
done
