{#
    [[kafka_partition, highest kafka_offset], ...] of a relation, empty if it is not there yet: of a table that is
    partitioned by kafka_partition from Iceberg's metadata alone, of a view by reading it.
#}
{% macro highest_offsets(relation) %}
    {%- set existing = adapter.get_relation(
        relation.database, relation.schema, relation.identifier
    ) if execute -%}
    {%- if not existing -%} {{ return([]) }} {%- endif -%}
    {%- set query -%}
        {%- if existing.is_view %}
        select kafka_partition, max(kafka_offset)
        from {{ relation }}
        {%- else %}
        {%- set partitions = adapter.quote(
            relation.identifier ~ "$partitions"
        ) %}
        select partition.kafka_partition, max(data.kafka_offset.max)
        from {{ relation.database }}.{{ relation.schema }}.{{ partitions }}
        {%- endif %}
        group by 1
        order by 1
    {%- endset -%}
    {{ return(run_query(query).rows | map("list") | list) }}
{% endmacro %}
