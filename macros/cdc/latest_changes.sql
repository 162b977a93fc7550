{#
    The newest change of every document, by the source's own order; Kafka's order decides between equals.
    `merged_offset` is the highest offset that the row stands for: that of the newest message, which is not
    always that of the newest change.
#}
{% macro latest_changes(relation) %}
    select * from (
        select
            *,
            max(kafka_offset) over (
                partition by document_id, kafka_partition
            ) as merged_offset,
            row_number() over (
                partition by document_id
                order by source_at desc, source_order desc, kafka_offset desc
            ) as recency
        from {{ relation }}
    )
    where recency = 1
{% endmacro %}
