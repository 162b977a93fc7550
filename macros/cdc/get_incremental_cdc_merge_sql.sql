{#
    The incremental strategy `cdc_merge`: one MERGE, so that a crash leaves all of it or nothing.

    - A newer change replaces the row, an older one never does (source_at, source_order). Of equals, such as
      the writes of one transaction, the later in Kafka wins; a change delivered twice replaces itself.
    - A delete is a row too (`is_deleted`): its position guards against older changes that arrive later.
    - A change that is not written still moves the row's kafka_offset, or the watermark would stay behind
      it and every later build would read it again.
    - metric_dates only grows: the days that a row has left are computed again too.
#}
{% macro get_incremental_cdc_merge_sql(arg_dict) %}
    {%- set columns = arg_dict["dest_columns"]
        | map(attribute="quoted") | list -%}
    {%- set key = adapter.quote(arg_dict["unique_key"]) -%}
    merge into {{ arg_dict["target_relation"] }} as target
    using {{ arg_dict["temp_relation"] }} as source
    on target.{{ key }} = source.{{ key }}
    {#-
        not as rows: Trino refuses to compare those of documents that the target does not have yet
    #}
    when matched
        and (
            source.source_at > target.source_at
            or (
                source.source_at = target.source_at
                and source.source_order >= target.source_order
            )
        )
        then update set
            {% for column in columns %}{{ column }} =
            {% if column == adapter.quote("metric_dates") %}
            array_union(target.{{ column }}, source.{{ column }})
            {% else %}
            source.{{ column }}{% endif %}{{ "," if not loop.last }}{% endfor %}
    when matched
        and source.kafka_partition = target.kafka_partition
        and source.kafka_offset > target.kafka_offset
        then update set kafka_offset = source.kafka_offset
    when not matched
        then insert ({{ columns | join(", ") }})
        values (
            {% for column in columns %}
            source.{{ column }}{{ "," if not loop.last }}{% endfor %}
        )
{% endmacro %}
