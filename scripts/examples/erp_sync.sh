#!/usr/bin/env bash
# Makes and changes customers by the numbers that an ERP has for them, with curl alone. From standard input a line for each: the
# number, a tab, and the fields as JSON. A line that Koi refuses is named, and the others go on.
#
#   KOI_URL=http://127.0.0.1:8080 KOI_KEY=koi_… scripts/examples/erp_sync.sh <customers.tsv
set -euo pipefail

# Percent-encodes every byte that is not unreserved (RFC 3986 §2.3).
encode() {
    local LC_ALL=C text=$1 place byte
    for ((place = 0; place < ${#text}; place++)); do
        byte=${text:place:1}
        case $byte in
        [a-zA-Z0-9._~-]) printf %s "$byte" ;;
        *) printf '%%%02X' "'$byte" ;;
        esac
    done
}

failed=0
# Also a last line that does not end.
while IFS=$'\t' read -r number body || [[ -n $number ]]; do
    # One key for all tries: curl sends it again after 429 and 503, as Retry-After says. Where the line broke, run all of it
    # again: what is there already stays as it is.
    answer=$(curl --silent --show-error --fail-with-body --oauth2-bearer "$KOI_KEY" \
        --retry 8 --retry-connrefused --retry-max-time 150 \
        --request PUT --header "Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)" \
        --header 'Content-Type: application/json' --data-binary "$body" \
        "$KOI_URL/v1/customers/by/erp/$(encode "$number")?allowDuplicate=true") || {
        echo "$number: $answer" >&2
        failed=1
    }
done
exit $failed
