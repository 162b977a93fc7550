{#
    The fields of a change's document, each as JSON: read once for all of them. A field that is asked for by its path in
    the text reads the text to its end where the document has no such field, up to four times for each.
#}
{% macro document_fields() -%}
    try(cast(json_parse(coalesce(after, before)) as map(varchar, json)))
{%- endmacro %}
