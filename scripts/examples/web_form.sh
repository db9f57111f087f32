#!/usr/bin/env bash
# Does with what a form was sent (as CGI gives it: the fields, form-encoded, on standard input) what web_form.py does: makes one
# contact of it, however often it is sent. Needs nothing but curl. The field submission is a number that each visitor's form has.
#
#   echo 'submission=8e03978e-…&name=李明&mobile=13800138000' | KOI_URL=… KOI_KEY=koi_… scripts/examples/web_form.sh
set -euo pipefail

# The value of a field, decoded.
field() {
    local value
    value=$(tr '&' '\n' <<<"$form" | sed -n "s/^$1=//p" | head -n 1)
    value=${value//+/ }
    # What is not hexadecimal stays as it is.
    printf '%b' "$(sed 's/%\([0-9A-Fa-f][0-9A-Fa-f]\)/\\x\1/g' <<<"$value")"
}

# A JSON string (RFC 8259 §7) without control characters.
quote() { printf '"%s"' "$(tr -d '\000-\037' <<<"$1" | sed 's/\\/\\\\/g; s/"/\\"/g')"; }

form=$(head -c 20000 | sed 's/\\/%5C/g')
submission=$(field submission)
[[ $submission =~ ^[0-9a-f-]{36}$ ]] || { echo "no submission" >&2; exit 65; }
body=
for name in name mobile email notes; do
    value=$(field $name)
    [[ -z $value ]] || body+="${body:+, }\"$name\": $(quote "$value")"
done
# Who goes back and corrects what was sent sends something else.
content=$(sha256sum <<<"$body" | head -c 32)
curl --silent --show-error --fail --oauth2-bearer "$KOI_KEY" \
    --retry 8 --retry-connrefused --retry-max-time 150 \
    --header "Idempotency-Key: web-form-$submission-$content" --header 'Content-Type: application/json' --data-binary "{$body}" \
    "$KOI_URL/v1/contacts?allowDuplicate=true" >/dev/null
