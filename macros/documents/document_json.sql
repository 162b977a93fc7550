{# A nested field as JSON text, whatever its type. #}
{% macro document_json(field) -%}
    json_format(json_extract(document, '$.{{ field }}'))
{%- endmacro %}
