"""What leaves the warehouse: the published file, open data, and later report and workbook."""
