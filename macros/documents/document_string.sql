{#
    A field as text: numbers and booleans in their JSON spelling, an ObjectId as its digits; null for dates,
    objects and arrays.
#}
{% macro document_string(field) -%}
    coalesce(
            json_extract_scalar(document, '$.{{ field }}'),
            json_extract_scalar(document, '$.{{ field }}["$numberLong"]'),
            json_extract_scalar(document, '$.{{ field }}["$numberDecimal"]'),
            json_extract_scalar(document, '$.{{ field }}["$oid"]')
        )
{%- endmacro %}
