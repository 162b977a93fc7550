{#
    The cast of a unit test's values, with two differences from dbt-trino's: a list is an array (dbt writes `['a']`,
    which is no SQL of Trino), and what cannot be cast is an error, not a null that a test might expect.
#}
{% macro trino__safe_cast(field, type) -%}
    {%- set is_list = field is sequence and field is not string -%}
    cast({{ "array" if is_list }}{{ field }} as {{ type }})
{%- endmacro %}
