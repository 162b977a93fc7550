-- Which schemas are there?
show schemas from iceberg
