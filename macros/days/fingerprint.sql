{#
    Sixteen characters that tell the rows of a seed from others, whatever their order.
#}
{% macro fingerprint(seed) %}
    {%- set columns = adapter.get_columns_in_relation(seed)
        | map(attribute="quoted") | join(", ") -%}
    {{ return(run_query(
        "select to_hex(checksum(row(" ~ columns ~ "))) from " ~ seed
    ).rows[0][0] or "empty") }}
{% endmacro %}
