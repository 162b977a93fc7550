{#
    When the source made a change, fit for ordering. A change carries the oplog's second and its place in it;
    a snapshot read ('r') carries the reader's clock. Five seconds are taken off reads, so that a change made
    just after the read wins even if that clock runs ahead; one made just before is applied again, harmlessly.
#}
{% macro source_position_at() -%}
    if(
            op = 'r',
            date_trunc('second', source_at) - interval '5' second,
            source_at
        )
{%- endmacro %}
