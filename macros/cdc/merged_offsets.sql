{#
    [[kafka_partition, kafka_offset], ...]: how far this model has merged, which is the highest offset of each partition
    of its table; empty when it is built anew.
#}
{% macro merged_offsets() %}
    {%- set merged = [] -%}
    {%- for partition, _, highest in offset_ranges(this) if is_incremental() -%}
        {%- do merged.append([partition, highest]) -%}
    {%- endfor -%}
    {{ return(merged) }}
{% endmacro %}
