{#
    Ranges of offsets, cut into lists of ranges of at most `changes_per_merge` changes each, in Kafka's order: what one
    statement needs of Trino's memory does not grow with what there is to merge.
#}
{% macro cut_ranges(ranges) %}
    {%- set share = [
        var("changes_per_merge", 200000) // ([ranges | length, 1] | max), 1
    ] | max -%}
    {%- set cut = [] -%}
    {%- for partition, above, upto in ranges -%}
        {%- for start in range(above, upto, share) -%}
            {%- if cut | length <= loop.index0 -%}
                {%- do cut.append([]) -%}
            {%- endif -%}
            {%- do cut[loop.index0].append(
                [partition, start, [start + share, upto] | min]
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(cut) }}
{% endmacro %}
