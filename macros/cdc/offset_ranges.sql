{#
    [[kafka_partition, lowest kafka_offset, highest kafka_offset], ...] of a relation, empty if it is not there yet: of a
    table that is partitioned by kafka_partition from Iceberg's metadata alone, a row for each of its partitions; of a view
    by the table beneath it, or by reading it where that is not one table of the same schema.
#}
{% macro offset_ranges(relation) %}
    {%- set existing = adapter.get_relation(
        relation.database, relation.schema, relation.identifier
    ) if execute -%}
    {%- if not existing -%} {{ return([]) }} {%- endif -%}
    {%- set table = existing -%}
    {%- if existing.is_view -%}
        {%- set table = table_beneath(existing) -%}
    {%- endif -%}
    {%- set query -%}
        {%- if table %}
        select
            partition.kafka_partition,
            data.kafka_offset.min,
            data.kafka_offset.max
        from {{ table.include(identifier=false) }}.
        {{- adapter.quote(table.identifier ~ "$partitions") }}
        {%- else %}
        select kafka_partition, min(kafka_offset), max(kafka_offset)
        from {{ relation }}
        group by 1
        {%- endif %}
    {%- endset -%}
    {%- set ranges = {} -%}
    {%- for partition, lowest, highest in run_query(query).rows -%}
        {%- set known = ranges.get(partition, [lowest, highest]) -%}
        {%- do ranges.update({partition: [
            [known[0], lowest] | min, [known[1], highest] | max
        ]}) -%}
    {%- endfor -%}
    {%- set found = [] -%}
    {%- for partition, (lowest, highest) in ranges | dictsort -%}
        {%- do found.append([partition, lowest, highest]) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
