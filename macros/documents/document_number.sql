{#
    A field as a number of the given SQL type, from any of MongoDB's numeric types; null if it is no number,
    so that a field that changed its type never stops a build.
#}
{% macro document_number(field, type) -%}
    try_cast(coalesce(
        json_extract_scalar(document, '$.{{ field }}'),
        json_extract_scalar(document, '$.{{ field }}["$numberDecimal"]'),
        json_extract_scalar(document, '$.{{ field }}["$numberLong"]'),
        json_extract_scalar(document, '$.{{ field }}["$numberDouble"]')
    ) as {{ type }})
{%- endmacro %}
