{#
    The newest change of every document, by the source's own order; Kafka's order decides between equals.
    `merged_offset` is the highest offset that the row stands for: that of the newest message, which is not
    always that of the newest change. With a `metric_timestamp`, `metric_dates` has its days in all the changes.
#}
{% macro latest_changes(relation, metric_timestamp=none) %}
    select * from (
        select
            *,
            {% if metric_timestamp %}
            array_except(
                array_agg(date({{ metric_timestamp }})) over (
                    partition by document_id
                ),
                array[null]
            ) as metric_dates,
            {% endif %}
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
