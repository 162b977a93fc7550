{#
    Stops the build where a row landed with an offset that its Kafka partition had passed before, and says where.
#}
{% macro refuse_landed_again(relation, partition) %}
    {%- set found = run_query(
        "select min(landed_at), min(kafka_offset), max(passed) from ("
        ~ " select landed_at, kafka_offset, max(kafka_offset) over ("
        ~ " order by landed_at, kafka_offset rows between unbounded preceding and 1 preceding) as passed"
        ~ " from " ~ relation ~ " where kafka_partition = " ~ partition
        ~ ") where kafka_offset <= passed"
    ).rows[0] -%}
    {%- if found[0] -%}
        {{ exceptions.raise_compiler_error(
            relation ~ ": Kafka partition " ~ partition ~ " had passed offset " ~ found[2] ~ " and landed "
            ~ found[1] ~ " again at " ~ found[0] ~ ". The topic was made again, or Kafka is another, and what is new would"
            ~ " never be merged. Go on with: mesh renumber " ~ table_beneath(relation).identifier
        ) }}
    {%- endif -%}
{% endmacro %}
