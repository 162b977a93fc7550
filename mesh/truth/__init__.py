"""Whether the lake says what the source says: an independent recomputation of bronze, silver, gold and the histories.

What is comes from MongoDB, what was from the change log in Kafka. Nothing here is shared with the models, their
macros or the landing job but the names of collections and topics: a mistake in the pipeline's own code must not be
able to hide itself. Run it while the writers rest and the lake has caught up; a row still on its way is reported as
missing.
"""
