{#
    The document's own id as text: a business id or an integer as it is, a whole double as an integer, an ObjectId as its
    hexadecimal digits, any other as extended JSON.
#}
{% macro document_id() -%}
    coalesce(
                regexp_extract(cast(try_cast(regexp_extract(
                    document_id, '^-?[0-9]+\.[0-9]{1,17}(E[0-9]{1,2})?$'
                ) as decimal(38, 17)) as varchar), '^(-?[0-9]+)\.0+$', 1),
                json_extract_scalar(document_id, '$'),
                json_extract_scalar(document_id, '$["$oid"]'),
                json_extract_scalar(document_id, '$["$numberLong"]'),
                json_extract_scalar(document_id, '$["$numberDecimal"]'),
                document_id
            )
{%- endmacro %}
