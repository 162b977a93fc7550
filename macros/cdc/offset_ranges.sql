{#
    [[kafka_partition, lowest kafka_offset, highest kafka_offset], ...] of a relation, empty if it is not there yet: from
    Iceberg's metadata, or by reading it where it is a view of several tables.
#}
{% macro offset_ranges(relation) %}
    {%- set offsets = ["data.kafka_offset.min", "data.kafka_offset.max"] -%}
    {%- set rows = partition_rows(relation, offsets) -%}
    {%- if rows is none -%}
        {%- set rows = run_query(
            "select kafka_partition, min(kafka_offset), max(kafka_offset) from " ~ relation ~ " group by 1"
        ).rows -%}
    {%- endif -%}
    {{ return(whole_ranges(rows)) }}
{% endmacro %}
