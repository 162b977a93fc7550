{#
    Exactly the changes of a staging relation that this model has not merged yet. Where they are too many for one
    statement, comments tell the materialization how to cut them: see `cut_changes`.
#}
{% macro unmerged_changes(relation) %}
    {#- a unit test of a full build has no `this`, and reads all it is given -#}
    {%- if not execute or not (this or is_incremental()) -%}
        {{ return("select * from " ~ relation) }}
    {%- endif -%}
    {%- set ranges = unmerged_ranges(relation) -%}
    {%- set slices = cut_ranges(ranges) -%}
    {%- set changes = changes_in(relation, ranges) -%}
    {%- if slices | length > 1 -%}
        {%- set cut = {"relation": relation | string, "slices": slices} -%}
        {{ return(
            "/* cut " ~ tojson(cut) ~ " */ " ~ changes ~ " /* cut */"
        ) }}
    {%- endif -%}
    {{ return(changes) }}
{% endmacro %}
