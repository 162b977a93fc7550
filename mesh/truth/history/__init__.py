"""The histories, and the measures of stock changes, recomputed from the change log in Kafka."""
