"""Airflow, which runs the project's commands by the clock."""
