"""Has testssl.sh look at a Koi that serves by HTTPS, and fails where it finds anything graver than LOW.

That nobody else vouches for the certificate is no finding: it is one for trying.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tls import SecureKoi

GRAVE = {"MEDIUM", "HIGH", "CRITICAL", "FATAL"}
# What a certificate that vouches for itself cannot have.
OF_TRUST = {"cert_chain_of_trust", "cert_trust", "cert_revocation", "cert_crlDistributionPoints", "cert_ocspURL"}
CHECKS = ["--protocols", "--std", "--server-preference", "--fs", "--server-defaults", "--headers", "--vulnerable"]


def main():
    with tempfile.TemporaryDirectory(prefix="koi-tls-") as folder:
        koi = SecureKoi(f"{folder}/data")
        koi.start()
        try:
            findings = look(koi, Path(folder) / "findings.json")
        finally:
            koi.stop()
    grave = [each for each in findings if each["severity"] in GRAVE and each["id"].split(" ")[0] not in OF_TRUST]
    for each in sorted(findings, key=lambda each: each["severity"]):
        if each["severity"] not in ("OK", "INFO"):
            print(f"{each['severity']:<8} {each['id']}: {each['finding']}")
    print(f"{len(findings)} findings, {len(grave)} of them grave")
    # A run that found nothing at all has not looked.
    sys.exit(1 if grave or len(findings) < 80 else 0)


def look(koi, path):
    subprocess.run(
        ["testssl", "--quiet", "--warnings", "off", "--color", "0", "--nodns", "none", "--ip", "127.0.0.1", *CHECKS,
         "--jsonfile", path, f"localhost:{koi.port}"],
        stdin=subprocess.DEVNULL, check=False, timeout=900,
    )
    return json.loads(path.read_text())


if __name__ == "__main__":
    main()
