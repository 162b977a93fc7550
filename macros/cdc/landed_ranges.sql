{#
    The `offset_ranges` of a staging view, whose table holds a topic as it landed. Stops where offsets landed again: the
    topic was made again, or Kafka is another; a watermark would pass over what is new, in silence. The metadata tells
    where to look: a partition has more rows than offsets, or one that began later begins at an offset not above.
#}
{% macro landed_ranges(relation) %}
    {%- set rows = partition_rows(relation, [
        "data.kafka_offset.min",
        "data.kafka_offset.max",
        "data.landed_at.min",
        "record_count",
    ]) -%}
    {%- if rows is none -%} {{ return(offset_ranges(relation)) }} {%- endif -%}
    {%- set ranges = whole_ranges(rows) -%}
    {%- for partition, lowest, highest in ranges -%}
        {%- set seen = namespace(rows=0, lowest=-1, again=false) -%}
        {%- for row in rows | sort(attribute="3")
            if row[0] == partition -%}
            {%- set seen.again = seen.again or row[1] <= seen.lowest -%}
            {%- set seen.lowest = row[1] -%}
            {%- set seen.rows = seen.rows + row[4] -%}
        {%- endfor -%}
        {%- if seen.again or seen.rows > highest - lowest + 1 -%}
            {%- do refuse_landed_again(relation, partition) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(ranges) }}
{% endmacro %}
