"""Which tests run beside each other, and in which order; where the seconds went."""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePath

import pytest
from _pytest.terminal import TerminalReporter
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# servers of their own, or none
WITHOUT_STACK = ("test_mongodb_emulator", "test_catalog_endpoint", "test_pages")
# they build in schemas of their own, or look at the servers alone
APART = ("test_merge_strategy", "test_retention", "test_own_servers")
# and these read the chain's tables while other tests write them; in an order in which those that no reader may see meet
# the ones that are apart
BESIDE = (
    "test_dags",
    "test_expectations",
    "test_catalog",
    "test_docs_site",
    "test_unit_tests_of_models",
    "test_merge_strategy",
    "test_add_a_flink_job",
    "test_catalog_dag",
    "test_retention",
    "test_own_servers",
)
# it kills Trino, for which the readers wait: before they begin
FIRST = ("test_build",)
# they change the tables' columns, leave documents that break promises, look at what those left, or multiply the data
# that others have to read
LAST = (
    "test_add_a_field",
    "test_odd_documents",
    "test_quality",
    "test_access",
    "test_privacy",
    "test_reconcile",
    "test_disorder",
    "test_maintenance",
    "test_faults",
    "test_large_documents",
    "test_whole_truth",
)


def writes_to_the_chain(nodeid: str) -> bool:
    """Whether a test writes to the one chain of the integration tests: such tests run one after the other."""
    path = PurePath(nodeid.split("::", maxsplit=1)[0])
    return "integration" in path.parts and path.stem not in (*WITHOUT_STACK, *BESIDE)


class OneWriter(LoadFileScheduling):
    """The tests that write to the chain in a row on one worker; all others, file by file, on the other."""

    def _split_scope(self, nodeid: str) -> str:
        return "writes to the chain" if writes_to_the_chain(nodeid) else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneWriter:
    """For `--dist loadfile`, as `make test` says."""
    return OneWriter(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Writers first; then what needs no stack, which takes about as long as the stack's start; then its readers."""
    items.sort(key=lambda item: _place(item.nodeid, item.path.stem))


def _place(nodeid: str, module: str) -> tuple[int, int]:
    if writes_to_the_chain(nodeid):
        return 0, -1 if module in FIRST else LAST.index(module) + 1 if module in LAST else 0
    return (2, BESIDE.index(module)) if module in BESIDE else (1, 0)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Name what failed at once: a run that is cut off shows no summary."""
    if report.failed and hasattr(report, "node"):
        print(f"\n{report.outcome.upper()} {report.nodeid} ({report.when})", flush=True)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Seconds by module, the longest first."""
    seconds: dict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[report.nodeid.split("::")[0]] += report.duration
    terminalreporter.section("seconds by module")
    for module, taken in sorted(seconds.items(), key=lambda entry: -entry[1]):
        if taken >= 1:
            terminalreporter.write_line(f"{taken:8.0f}  {module}")
