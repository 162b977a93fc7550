{#
    How far the inputs reach now, as a map for the column `source_offsets`, which is the model's watermark. A
    backfill keeps the old one: it does not count what else has moved.
#}
{% macro source_offsets() -%}
    {%- set offsets = {} -%}
    {%- if var("from_day", none) and is_incremental() -%}
        {%- do offsets.update(counted_offsets()) -%}
    {%- else -%}
        {%- for input in day_inputs() -%}
            {%- for partition, offset in highest_offsets(input) -%}
                {%- do offsets.update(
                    {input.identifier ~ "/" ~ partition: offset}
                ) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    cast(map(
            array[{% for key in offsets %}'{{ key }}'{{ ", " if not loop.last }}{% endfor %}],
            array[{{ offsets.values() | join(", ") }}]
        ) as map(varchar, bigint))
{%- endmacro %}
