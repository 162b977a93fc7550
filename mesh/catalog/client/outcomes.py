"""Results of test cases, each at the time of its run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from metadata.generated.schema.api.tests.createTestCaseResult import CreateTestCaseResult
from metadata.ingestion.ometa.utils import quote

from mesh.catalog.client.api import Api, Json, attempt
from mesh.catalog.client.plan import Ref, Result

PATH = "/dataQuality/testCases/testCaseResults"


def publish_results(api: Api, results: Sequence[Result]) -> Iterator[str]:
    """Post the results that are not there; yields what went wrong."""
    for result in results:
        if api.find(Ref("testCase", result.case)) is None:
            yield f"result of {result.case}: no such test case"
        elif not is_there(api, result):
            yield from attempt(f"result of {result.case}", partial(_post, api, result))


def is_there(api: Api, result: Result) -> bool:
    """Whether the test case said this at that time."""
    case = api.find(Ref("testCase", result.case))
    if case is None:
        return False
    last = case.get("testCaseResult")
    if last is None or last["timestamp"] < result.timestamp:
        return False
    at_that_time: list[Json] = [last]
    if last["timestamp"] > result.timestamp:
        window = f"startTs={result.timestamp}&endTs={result.timestamp}"
        at_that_time = (api.get(f"{PATH}/{quote(result.case)}?{window}") or {}).get("data", [])
    return any(
        (one["timestamp"], one["testCaseStatus"], one.get("result")) == (result.timestamp, result.status, result.text)
        for one in at_that_time
    )


def _post(api: Api, result: Result) -> None:
    request = CreateTestCaseResult.model_validate(_body(result))
    api.write("post", f"{PATH}/{quote(result.case)}", request.model_dump_json(exclude_none=True))


def _body(result: Result) -> Json:
    counted = {"failures": result.failures, "evaluated": result.evaluated}
    values = [{"name": name, "value": str(value)} for name, value in counted.items() if value is not None]
    body: Json = {
        "timestamp": result.timestamp,
        "testCaseStatus": result.status,
        "result": result.text,
        "testResultValue": values,
    }
    if result.failures is not None:
        body["failedRows"] = result.failures
        if result.evaluated is not None:
            body["passedRows"] = max(result.evaluated - result.failures, 0)
    return body
