{#
    The rows of Iceberg's metadata for the partitions of a relation: [kafka_partition, and some more expressions]. Of a view
    those of the table beneath it; none if it is made of several, an empty list if it is not there.
#}
{% macro partition_rows(relation, expressions) %}
    {%- set table = table_of(relation) -%}
    {%- if not table -%}
        {{ return(none if execute and load_cached_relation(relation) else []) }}
    {%- endif -%}
    {%- set query -%}
        select partition.kafka_partition, {{ expressions | join(", ") }}
        from {{ table.include(identifier=false) }}.
        {{- adapter.quote(table.identifier ~ "$partitions") }}
    {%- endset -%}
    {{ return(run_query(query).rows) }}
{% endmacro %}
