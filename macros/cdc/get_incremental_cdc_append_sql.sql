{#
    The incremental strategy `cdc_append`: every change once, by its place in Kafka. As a merge, since two builds at once
    would both append what both found new; Iceberg refuses the second of two merges.
#}
{% macro get_incremental_cdc_append_sql(arg_dict) %}
    merge into {{ arg_dict["target_relation"] }} as target
    using {{ arg_dict["temp_relation"] }} as source
    on
        target.kafka_partition = source.kafka_partition
        and target.kafka_offset = source.kafka_offset
    when not matched
        then insert ({{
            arg_dict["dest_columns"] | map(attribute="quoted") | join(", ")
        }})
        values (
            {% for column in arg_dict["dest_columns"] %}
            source.{{ column.quoted }}{{ "," if not loop.last }}{% endfor %}
        )
{% endmacro %}
