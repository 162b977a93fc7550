{#
    How far the inputs reach now, as a map for the column `source_offsets`, which is the model's watermark. A
    backfill keeps the old one: it does not count what else has moved.
#}
{% macro source_offsets() -%}
    {%- if var("from_day", none) and is_incremental() -%}
        {%- set offsets = counted_offsets() -%}
    {%- else -%}
        {%- set offsets = input_offsets() -%}
    {%- endif -%}
    cast(json_parse('{{ tojson(offsets) }}') as map(varchar, bigint))
{%- endmacro %}
