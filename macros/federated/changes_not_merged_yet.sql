{#
    The changes of a staging relation that a table of silver has not merged when the query runs: for views, as
    `unmerged_changes` is for builds. The watermark comes from the metadata of the snapshot that the query reads of
    the table, so that nothing is missed or read twice while a build commits.

    One branch for each Kafka partition that the table has when the view is made, so that Trino opens only files
    beyond its offset; the last branch is for partitions that come later.
#}
{% macro changes_not_merged_yet(relation, merged_table) %}
    {%- set known = offset_ranges(merged_table) | map("first") | list -%}
    {%- set partitions = merged_table | replace(
        merged_table.identifier ~ '"', merged_table.identifier ~ '$partitions"'
    ) -%}
    {% for partition in known + ["changes.kafka_partition"] %}
        select changes.* from {{ relation }} as changes
        where
            {% if loop.last %}
            changes.kafka_partition not in ({{ ([-1] + known) | join(", ") }})
            {% else %}
            changes.kafka_partition = {{ partition }}{% endif %}
            and changes.kafka_offset > (
                select coalesce(max(data.kafka_offset.max), -1)
                from {{ partitions }}
                where partition.kafka_partition = {{ partition }}
            )
        {{ "union all" if not loop.last }}
    {%- endfor %}
{% endmacro %}
