"""What dbt needs beside SQL to keep people out of the warehouse."""
