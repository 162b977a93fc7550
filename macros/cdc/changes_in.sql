{#
    The changes of a relation in ranges of offsets: [[kafka_partition, above this offset, to this offset], ...].

    One branch for each Kafka partition: Trino prunes files by `partition = p and offset > n`, but not by an OR of such
    pairs, and would open old files of every partition that runs ahead of another.
#}
{% macro changes_in(relation, ranges) %}
    {%- set branches = [] -%}
    {%- for partition, above, upto in ranges -%}
        {%- do branches.append(
            "select * from " ~ relation
            ~ " where kafka_partition = " ~ partition
            ~ " and kafka_offset > " ~ above
            ~ " and kafka_offset <= " ~ upto
        ) -%}
    {%- endfor -%}
    {{ return(
        branches | join(" union all ")
        or "select * from " ~ relation ~ " where false " ~ nothing_is_new()
    ) }}
{% endmacro %}
