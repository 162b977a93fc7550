{# A field of an event's payload, cast to a SQL type. #}
{% macro payload_value(field, type="varchar") -%}
    try_cast(json_extract_scalar(payload, '$.{{ field }}') as {{ type }})
{%- endmacro %}
