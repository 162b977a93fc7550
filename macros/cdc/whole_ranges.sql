{#
    [[kafka_partition, lowest, highest], ...] from rows of which several may be of one Kafka partition.
#}
{% macro whole_ranges(rows) %}
    {%- set ranges = {} -%}
    {%- for row in rows -%}
        {%- set known = ranges.get(row[0], [row[0], row[1], row[2]]) -%}
        {%- do ranges.update({row[0]: [
            row[0], [known[1], row[1]] | min, [known[2], row[2]] | max
        ]}) -%}
    {%- endfor -%}
    {{ return(ranges | dictsort | map("last") | list) }}
{% endmacro %}
