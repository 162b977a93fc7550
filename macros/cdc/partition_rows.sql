{#
    The rows of Iceberg's metadata for the partitions of a relation: [kafka_partition, and some more expressions]. Of a view
    those of the table beneath it; none if it is made of several, or not there.
#}
{% macro partition_rows(relation, expressions) %}
    {%- set existing = adapter.get_relation(
        relation.database, relation.schema, relation.identifier
    ) if execute -%}
    {%- set table = existing -%}
    {%- if existing and existing.is_view -%}
        {%- set table = table_beneath(existing) -%}
    {%- endif -%}
    {%- if not table -%} {{ return(none if existing else []) }} {%- endif -%}
    {%- set query -%}
        select partition.kafka_partition, {{ expressions | join(", ") }}
        from {{ table.include(identifier=false) }}.
        {{- adapter.quote(table.identifier ~ "$partitions") }}
    {%- endset -%}
    {{ return(run_query(query).rows) }}
{% endmacro %}
