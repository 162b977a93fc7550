{#
    A field as a number of the given SQL type, from any of MongoDB's numeric types or from text; null if it is
    no such number, so that a field that changed its type never stops a build. A whole double is an integer, also
    one that is spelled with an exponent (5.0, 1.2E7). A text of more than 400 characters, or with an exponent of more
    than four digits, is no number: to round it would take minutes.
#}
{% macro document_number(field, type) -%}
    {%- set value = "element_at(document, '" ~ field ~ "')" -%}
    {%- set text -%}
        coalesce(
                json_extract_scalar({{ value }}, '$'),
                json_extract_scalar({{ value }}, '$["$numberDecimal"]'),
                json_extract_scalar({{ value }}, '$["$numberLong"]'),
                json_extract_scalar({{ value }}, '$["$numberDouble"]')
            )
    {%- endset -%}
    {%- if type in ("integer", "bigint") -%}
        try_cast(regexp_replace(cast(try_cast(regexp_extract(
            {{ text }},
            '^[ \t\r\n]*([+-]?0*[0-9]{1,19}(\.[0-9]{1,18}0*(E[0-9]{1,2})?)?)[ \t\r\n]*$',
            1
        ) as decimal(38, 18)) as varchar), '\.0+$') as {{ type }})
    {%- else -%}
        try_cast(regexp_extract(
            {{ text }}, '^[^eE]{0,400}([eE][+-]?[0-9]{1,4})?$'
        ) as {{ type }})
    {%- endif -%}
{%- endmacro %}
