{#
    [[kafka_partition, offset merged so far, highest offset], ...]: what a relation has beyond this model's watermark;
    all of it when the model is built anew.
#}
{% macro unmerged_ranges(relation) %}
    {%- set merged = dict(merged_offsets()) -%}
    {%- set ranges = [] -%}
    {%- for partition, lowest, highest in landed_ranges(relation) -%}
        {%- set above = [merged.get(partition, -1), lowest - 1] | max -%}
        {%- if highest > above -%}
            {%- do ranges.append([partition, above, highest]) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(ranges) }}
{% endmacro %}
