{# A field as text: numbers and booleans in their JSON spelling, null for objects and arrays. #}
{% macro document_string(field) -%}
    json_extract_scalar(document, '$.{{ field }}')
{%- endmacro %}
