{#
    Stops a build anew while the table beside is there: another run fills it, or was ended while it did.
#}
{% macro refuse_second_refresh(fresh) %}
    {%- if load_cached_relation(fresh) -%}
        {{ exceptions.raise_compiler_error(
            fresh ~ " is there: another run builds " ~ model.name ~ " anew, or was ended while it did. If none runs:"
            ~ " mesh sql --write 'drop table " ~ fresh.include(database=false) | replace('"', "") ~ "'"
        ) }}
    {%- endif -%}
{% endmacro %}
