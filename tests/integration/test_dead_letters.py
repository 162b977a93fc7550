"""Messages that cannot be read: all of them kept, none of them landed, the job undisturbed."""

from __future__ import annotations

import json
from collections import Counter

from confluent_kafka import Producer

from flink_jobs.topics import cdc_topic, event_topic
from mesh import jobs
from mesh.clients.kafka import python_settings
from tests.integration.chain import Chain, query

GOOD_SOURCE = {"ts_ms": 1_700_000_000_000, "ord": 1}


def malformed_changes(count: int) -> list[tuple[bytes | None, bytes | None]]:
    """Keys and values that are no changes, each for a reason of its own; `count` of them in turn."""
    key = b'{"id": "\\"ORD-bad\\""}'
    document = '{"_id": "ORD-bad"}'
    change = {"op": "c", "before": None, "after": document, "source": GOOD_SOURCE}
    kinds: list[tuple[bytes | None, bytes | None]] = [
        (key, b"not json"),
        (key, b'{"op": "c", "after": '),
        (key, b"\xff\xfe\x00binary"),
        (key, b"[1, 2]"),
        (key, b"null"),
        (key, b""),
        (key, None),
        (key, json.dumps({**change, "op": "x"}).encode()),
        (key, json.dumps({**change, "source": None}).encode()),
        (key, json.dumps({**change, "source": {**GOOD_SOURCE, "ts_ms": "yesterday"}}).encode()),
        (key, json.dumps({**change, "source": {**GOOD_SOURCE, "ord": None}}).encode()),
        (key, json.dumps({**change, "op": ["c"]}).encode()),
        (key, json.dumps({**change, "source": {**GOOD_SOURCE, "ord": 2**63}}).encode()),
        (key, json.dumps({**change, "after": None}).encode()),
        (key, json.dumps({**change, "after": 5}).encode()),
        (None, json.dumps(change).encode()),
        (b"{}", json.dumps(change).encode()),
        (b"\xff", json.dumps(change).encode()),
    ]
    return [kinds[number % len(kinds)] for number in range(count)]


def malformed_events() -> list[tuple[bytes | None, bytes | None]]:
    """Values that are no events: no wire format, an unknown schema, a cut record."""
    return [
        (b"k", b"not avro"),
        (b"k", b"\x00"),
        (b"k", b"\x00\x7f\xff\xff\xff" + b"body"),
        (b"k", b"\x00\x00\x00\x00\x01\x02"),
        (b"k", None),
    ]


def test_malformed_messages_are_all_dead_letters_and_the_job_goes_on(chain: Chain) -> None:
    job = jobs.running_job(chain.instance)
    assert job
    failures = jobs.failures(chain.instance, job)
    landed_before = query(chain, "select count(*) from bronze.orders_raw")[0][0]
    dead_before = query(chain, "select count(*) from bronze.dead_letters")[0][0]
    sent = [(cdc_topic("orders"), *message) for message in malformed_changes(1_000)]
    sent += [(event_topic("orders"), *message) for message in malformed_events()]

    producer = Producer(python_settings(chain.instance))
    for topic, key, value in sent:
        producer.produce(topic, key=key, value=value)
    assert producer.flush(30) == 0
    chain.land()

    rows = query(chain, "select kafka_topic, message_key, message_value, reason from bronze.dead_letters")
    assert len(rows) - dead_before == 1_005
    # byte for byte; a reason each
    kept = Counter((topic, key, value) for topic, key, value, _ in rows)
    assert not Counter(sent) - kept
    assert all(reason for *_, reason in rows)
    assert query(chain, "select count(*) from bronze.orders_raw")[0][0] == landed_before
    after = jobs.running_job(chain.instance)
    assert after and after.id == job.id
    assert jobs.failures(chain.instance, after) == failures
    chain.assert_true("bronze", "positions")


def test_good_messages_behind_bad_ones_still_land(chain: Chain) -> None:
    producer = Producer(python_settings(chain.instance))
    for key, value in malformed_changes(50):
        producer.produce(cdc_topic("orders"), key=key, value=value)
    producer.flush(30)
    chain.replay(50)
    chain.land()
    chain.assert_true("bronze", "positions")
