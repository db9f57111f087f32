"""A check that schemathesis runs besides its own."""

import schemathesis
from schemathesis import GenerationMode

# What only the server can know: cursors that it gave out, views that were saved.
UNKNOWABLE = {"cursor", "view"}
# What a list takes, but not together with q. OpenAPI has no words for parameters that exclude each other.
NOT_IN_SEARCH = {"sort", "total", "removed"}
# What the logs take only together with resource.
ONLY_WITH_RESOURCE = {"record"}


@schemathesis.check
def lists_refuse_only_what_the_document_cannot_say(ctx, response, case):
    """Of a request that openapi.yaml allows, a 400 may complain about nothing else."""
    is_valid = case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE
    if not is_valid or response.status_code != 400:
        return
    query = case.query or {}
    allowed = UNKNOWABLE | (NOT_IN_SEARCH if "q" in query else set()) | (set() if "resource" in query else ONLY_WITH_RESOURCE)
    fields = {error["field"] for error in response.json().get("errors", [])}
    assert fields and fields <= allowed, f"valid parameters were refused: {response.text}"
