"""After all that the other tests did to the chain, faults and housekeeping among it, every layer is still true."""

from __future__ import annotations

from tests.integration.chain import Chain


def test_every_layer_equals_the_source_after_all_of_this(chain: Chain) -> None:
    chain.build()
    chain.assert_true()
