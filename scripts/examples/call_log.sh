#!/usr/bin/env bash
# Writes down a telephone call with the contact who called, with curl alone; see call_log.py. Exit code 1 and nothing written where
# the contact is in the bin, or its notes are full.
#
#   KOI_URL=… KOI_KEY=koi_… scripts/examples/call_log.sh CALL NUMBER TEXT
set -euo pipefail
call=$1 number=$2 text=$3
[[ $call =~ ^[A-Za-z0-9._-]+$ ]] || { echo "a call's number has letters, digits, points, _ and - alone" >&2; exit 64; }

ask() {
    # Without the body of a refusal, which would come before that of the try after it.
    curl --silent --show-error --fail --oauth2-bearer "$KOI_KEY" \
        --retry 8 --retry-connrefused --retry-max-time 150 "$@"
}
once() { ask --header "Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)" --header 'Content-Type: application/json' "$@"; }

# Digits and a plus sign are all that a number needs; so it stands in an address and in JSON as it is.
number=$(tr -dc '+0-9' <<<"$number")
key=${number//+/%2B} made="{\"name\": \"$number\", \"mobile\": \"$number\"}"

# Among the exact matches the first, which is the newest: {"id":7,"match":{"kind":"exact","fields":["mobile"]}}
contact=
[[ -z $number ]] || contact=$(ask --get --data-urlencode "q=$number" --data fields=id "$KOI_URL/v1/contacts" \
    | sed 's/},{/}\n{/g' | sed -n 's/.*"id":\([0-9]*\),"match":{"kind":"exact","fields":\[[^]]*\(phone\|mobile\).*/\1/p' | head -n 1)
# Of a withheld number no digit is left.
[[ -n $number ]] || { key=withheld made='{"name": "withheld"}'; }
if [[ -z $contact ]]; then
    # 412: another call has made it at the same moment.
    once --request PUT --header 'If-None-Match: *' --data-binary "$made" \
        "$KOI_URL/v1/contacts/by/phone/$key?allowDuplicate=true" >/dev/null || true
    contact=$(ask "$KOI_URL/v1/contacts/by/phone/$key?fields=id" | sed 's/[^0-9]//g')
fi

line="[call $call] $(tr -s '[:cntrl:][:space:]' ' ' <<<"$text" | sed 's/\\/\\\\/g; s/"/\\"/g; s/ $//')"
written=
for _ in {1..20}; do
    # {"notes":"…","version":3}, where the text stays as JSON has it.
    record=$(ask "$KOI_URL/v1/contacts/$contact?fields=notes,version")
    version=${record##*:} version=${version%\}}
    notes=${record#\{\"notes\":} notes=${notes%,\"version\":*}
    [[ $notes != *"[call $call]"* ]] || { written=yes; break; }
    if [[ $notes == null ]]; then notes=$line; else notes=${notes#\"} notes=${notes%\"}\\n$line; fi
    answer=$(once --request PATCH --header "If-Match: \"$version\"" --data-binary "{\"notes\": \"$notes\"}" \
        --write-out '\n%{http_code}' "$KOI_URL/v1/contacts/$contact") && { written=yes; break; }
    # Somebody else was faster: read it again.
    [[ ${answer##*$'\n'} == 412 ]] || exit 1
done
[[ -n $written ]] || { echo "contact $contact is changed all the time; try again later" >&2; exit 1; }
echo "$contact"
