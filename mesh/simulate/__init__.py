"""A warehouse at work: a retailer's real baskets replayed through MongoDB and Kafka."""
