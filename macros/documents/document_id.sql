{# The document's own id as text: a business id as it is, an ObjectId as its hexadecimal digits. #}
{% macro document_id() -%}
    coalesce(
        json_extract_scalar(document_id, '$'),
        json_extract_scalar(document_id, '$["$oid"]'),
        document_id
    )
{%- endmacro %}
