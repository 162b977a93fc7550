"""The data products: their contracts in `products/`, bound to dbt, published as a table and as a page."""
