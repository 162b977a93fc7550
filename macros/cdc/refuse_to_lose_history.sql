{#
    Stops a full refresh of this model where bronze no longer holds what the model was made of: its retention is
    shorter than silver's, and the rows would be gone for good. A unit test has no `this`.
#}
{% macro refuse_to_lose_history(relation) %}
    {%- if execute and should_full_refresh() and not var("allow_loss", false)
        and this and adapter.get_relation(this.database, this.schema, this.identifier) -%}
        {%- set lost = run_query(
            "select count(*) from " ~ this ~ " as merged left join (select kafka_partition, min(kafka_offset) as"
            ~ " first_offset from " ~ relation ~ " group by 1) as kept on merged.kafka_partition ="
            ~ " kept.kafka_partition where coalesce(merged.kafka_offset < kept.first_offset, true)"
        ).rows[0][0] -%}
        {%- if lost -%}
            {{ exceptions.raise_compiler_error(
                "a full refresh would lose " ~ lost ~ " rows of " ~ this ~ ", since bronze no longer holds their"
                ~ " changes (retention). Build without --full-refresh, or accept the loss with"
                ~ " --vars '{allow_loss: true}'"
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
