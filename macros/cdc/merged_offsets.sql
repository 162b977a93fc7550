{# The highest offset that this model has merged, per Kafka partition, from Iceberg's metadata alone. #}
{% macro merged_offsets() %}
    {%- if not (execute and is_incremental()) -%} {{ return([]) }} {%- endif -%}
    {%- set partitions = adapter.quote(this.identifier ~ "$partitions") -%}
    {%- set query -%}
        select partition.kafka_partition, max(data.kafka_offset.max)
        from {{ this.database }}.{{ this.schema }}.{{ partitions }}
        group by 1
        order by 1
    {%- endset -%}
    {{ return(run_query(query).rows | map("list") | list) }}
{% endmacro %}
