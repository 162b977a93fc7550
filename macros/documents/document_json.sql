{#
    A nested field as JSON text, whatever its type; a field that is null in the document is the text `null`.
#}
{% macro document_json(field) -%}
    json_format(element_at(document, '{{ field }}'))
{%- endmacro %}
