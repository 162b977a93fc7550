{#
    The document's own id as text: a business id or a number as it is, an ObjectId as its hexadecimal digits.
#}
{% macro document_id() -%}
    coalesce(
                json_extract_scalar(document_id, '$'),
                json_extract_scalar(document_id, '$["$oid"]'),
                json_extract_scalar(document_id, '$["$numberLong"]'),
                json_extract_scalar(document_id, '$["$numberDecimal"]'),
                document_id
            )
{%- endmacro %}
