"""A check that schemathesis runs besides its own."""

import re
import uuid

import schemathesis
from schemathesis import GenerationMode

# What only the server can know: cursors that it gave out, views that were saved.
UNKNOWABLE = {"cursor", "view"}
# What is asked for where no filter is given.
NEEDED = {"all"}
# What a list takes, but not together with q. OpenAPI has no words for parameters that exclude each other.
NOT_IN_SEARCH = {"sort", "total", "removed"}
# What the logs take only together with resource.
ONLY_WITH_RESOURCE = {"record"}
# What a file is said to be.
OF_FILES = {"resource", "encoding", "name"}
# Times and their order, and which stage is one of a deal's pipeline.
OF_TIMES_AND_STAGES = {"from", "to", "seconds", "pipeline", "stage"}
WITH_TIMES_AND_STAGES = ("showGateOfDeal", "report", "showWorkingTimeOf")


@schemathesis.check
def lists_refuse_only_what_the_document_cannot_say(ctx, response, case):
    """Of a request that openapi.yaml allows, a 400 may complain about nothing else."""
    name = case.operation.definition.raw.get("operationId")
    is_valid = case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE
    # A batch is answered as the operation that failed, of which its document says nothing.
    if not is_valid or response.status_code != 400 or name == "runBatch":
        return
    query = case.query or {}
    allowed = UNKNOWABLE | NEEDED | (NOT_IN_SEARCH if "q" in query else set()) | (set() if "resource" in query else ONLY_WITH_RESOURCE)
    if name == "addImport":
        allowed = allowed | OF_FILES
    if name.startswith(WITH_TIMES_AND_STAGES):
        allowed = allowed | OF_TIMES_AND_STAGES
    fields = {error["field"] for error in response.json().get("errors", [])}
    assert fields and fields <= allowed, f"valid parameters were refused: {response.text}"


@schemathesis.hook
def before_call(context, case, kwargs):
    """Gives each request that names itself a name of its own, since generated ones come again and would be answered as before,
    lets none change all records at once, the keys with which it is run among them, and none wait, as nobody else acts."""
    wait = str((case.query or {}).get("wait", ""))
    if wait.isdecimal() and int(wait) <= 60:
        case.query["wait"] = "0"
    for name, value in list((case.headers or {}).items()):
        if name.lower() == "idempotency-key" and re.fullmatch(IDEMPOTENCY_KEY, str(value)):
            case.headers[name] = str(uuid.uuid4())
    operation = case.operation.definition.raw.get("operationId", "")
    if operation.startswith(("changeFiltered", "removeFiltered")):
        query = dict(case.query or {})
        if str(query.get("preview", "true")).lower() in ("true", "false"):
            case.query = {**query, "preview": "true"}


IDEMPOTENCY_KEY = r'[!#-~]{1,255}|"([ !#-\[\]-~]|\\["\\]){1,255}"'
