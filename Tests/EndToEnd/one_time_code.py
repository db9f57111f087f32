"""The codes that an authenticator app shows (RFC 6238): SHA-1, six digits, thirty seconds."""

import base64
import hashlib
import hmac
import struct
import time

STEP = 30


def code(secret, at=None):
    """The code of a secret in base 32 at a time in seconds since 1970."""
    key = base64.b32decode(secret.replace(" ", "").upper() + "=" * (-len(secret.replace(" ", "")) % 8))
    counter = int((time.time() if at is None else at) // STEP)
    digest = hmac.new(key, struct.pack(">Q", counter), hashlib.sha1).digest()
    start = digest[-1] & 0xF
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"
