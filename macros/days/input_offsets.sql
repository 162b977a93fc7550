{#
    {input/table/kafka_partition: highest kafka_offset} of what this model counts by day. A table goes by its folder, which
    is another one once it is built anew, and a seed by its content: what they held before was counted from other rows.
#}
{% macro input_offsets() %}
    {%- set offsets = {} -%}
    {%- for input in day_inputs() -%}
        {%- set table = input.identifier ~ "/" ~ table_folder(input) -%}
        {%- for partition, _, highest in offset_ranges(input) -%}
            {%- do offsets.update({table ~ "/" ~ partition: highest}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for seed in seed_inputs() -%}
        {%- do offsets.update(
            {seed.identifier ~ "/" ~ fingerprint(seed) ~ "/0": 0}
        ) -%}
    {%- endfor -%}
    {{ return(offsets) }}
{% endmacro %}
