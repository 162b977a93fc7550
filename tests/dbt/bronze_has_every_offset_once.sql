-- Fails for a Kafka position that bronze holds twice.
{% for table in graph.sources.values() | selectattr("source_name", "eq", "bronze") | sort(attribute="name") %}
select
    kafka_topic,
    kafka_partition,
    kafka_offset
from {{ source("bronze", table.name) }}
group by kafka_topic, kafka_partition, kafka_offset
having count(*) > 1
{{ "union all" if not loop.last }}
{% endfor %}
