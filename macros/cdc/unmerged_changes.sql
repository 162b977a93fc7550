{#
    Exactly the changes of a staging relation that this model has not merged yet.

    One branch a Kafka partition: Trino prunes files by `partition = p and offset > n`, but not by an
    OR of such pairs, and would open old files of every partition that runs ahead of another.
#}
{% macro unmerged_changes(relation) %}
    {%- do refuse_to_lose_history(relation) -%}
    {%- set merged = merged_offsets() -%}
    {%- for partition, offset in merged %}
        select * from {{ relation }}
        where kafka_partition = {{ partition }} and kafka_offset > {{ offset }}
        union all
    {%- endfor %}
        select * from {{ relation }}
    {%- if merged %}
        where kafka_partition not in ({{ merged | map("first") | join(", ") }})
    {%- endif %}
{% endmacro %}
