{#
    {input/table/kafka_partition: kafka_offset}: how far this model has counted its inputs; empty when built anew.
#}
{% macro counted_offsets() %}
    {%- if not (execute and is_incremental()) -%} {{ return({}) }} {%- endif -%}
    {%- set query -%}
        select input_partition, max(kafka_offset)
        from {{ this }}
        cross join
            unnest(source_offsets) as counted (input_partition, kafka_offset)
        group by 1
    {%- endset -%}
    {{ return(dict(run_query(query).rows | map("list") | list)) }}
{% endmacro %}
