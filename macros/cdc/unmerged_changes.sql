{#
    Exactly the changes of a staging relation that this model has not merged yet.

    One branch for each Kafka partition that has any: Trino prunes files by `partition = p and offset > n`, but not by
    an OR of such pairs, and would open old files of every partition that runs ahead of another.
#}
{% macro unmerged_changes(relation) %}
    {%- do refuse_to_lose_history(relation) -%}
    {%- set merged = dict(merged_offsets()) -%}
    {%- if not merged -%} {{ return("select * from " ~ relation) }} {%- endif -%}
    {%- set branches = [] -%}
    {%- for partition, offset in highest_offsets(relation) -%}
        {%- if offset > merged.get(partition, -1) -%}
            {%- do branches.append(
                "select * from " ~ relation
                ~ " where kafka_partition = " ~ partition
                ~ " and kafka_offset > " ~ merged.get(partition, -1)
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(
        branches | join(" union all ")
        or "select * from " ~ relation ~ " where false " ~ nothing_is_new()
    ) }}
{% endmacro %}
