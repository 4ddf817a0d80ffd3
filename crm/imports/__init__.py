"""Loading records from CSV files by a mapping: everything is checked before anything is written (docs/import.md).

`mapping` (the TOML file) → `readers` (rows of cells) → `parsers` (cells to values) → `staging` (every row checked and
spooled to disk) → `applying` (committed batches) → `undo`. What can be imported is registered by each app's
`imports.py` with `nouns`.
"""
