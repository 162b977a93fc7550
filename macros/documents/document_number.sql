{#
    A field as a number of the given SQL type, from any of MongoDB's numeric types or from text; null if it is
    no such number, so that a field that changed its type never stops a build. A whole double (5.0) is an integer.
#}
{% macro document_number(field, type) -%}
    {%- set text -%}
        coalesce(
                json_extract_scalar(document, '$.{{ field }}'),
                json_extract_scalar(document, '$.{{ field }}["$numberDecimal"]'),
                json_extract_scalar(document, '$.{{ field }}["$numberLong"]'),
                json_extract_scalar(document, '$.{{ field }}["$numberDouble"]')
            )
    {%- endset -%}
    {%- if type in ("integer", "bigint") -%}
        try_cast(regexp_replace({{ text }}, '\.0+$') as {{ type }})
    {%- else -%}
        try_cast({{ text }} as {{ type }})
    {%- endif -%}
{%- endmacro %}
