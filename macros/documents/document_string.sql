{#
    A field as text: numbers and booleans in their JSON spelling, an ObjectId as its digits; null for dates,
    objects and arrays.
#}
{% macro document_string(field) -%}
    {%- set value = "element_at(document, '" ~ field ~ "')" -%}
    coalesce(
            json_extract_scalar({{ value }}, '$'),
            json_extract_scalar({{ value }}, '$["$numberLong"]'),
            json_extract_scalar({{ value }}, '$["$numberDecimal"]'),
            json_extract_scalar({{ value }}, '$["$oid"]')
        )
{%- endmacro %}
