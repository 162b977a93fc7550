{#
    The map that `source_offsets` has written into a model's SQL.
#}
{% macro offsets_of(sql) %}
    {{ return(fromjson(sql.split("cast(json_parse('")[1].split("')")[0])) }}
{% endmacro %}
