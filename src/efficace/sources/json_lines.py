"""JSON Lines, or one JSON array of objects: each key of an object is a column of text; what is nested stays JSON."""

from __future__ import annotations

from pathlib import Path

from efficace.errors import SourceError
from efficace.sources.csv_text import LONGEST_LINE, copy_to, plain_text
from efficace.sources.stream import Output, Stream, Taken, is_disk_error, unique_columns
from efficace.warehouse import sql


def read(stream: Stream, out: Output) -> Taken:
    """Write the objects of a file to Parquet, every value as text.

    Raises:
        SourceError: If the file is no JSON or holds no object.
    """
    import duckdb

    plain = plain_text(stream, out.temp)
    try:
        return _write(plain, stream, out)
    except duckdb.Error as error:
        if is_disk_error(error):
            raise
        raise SourceError(
            "{label}: cannot be read as JSON: {error}", label=stream.label, error=str(error).splitlines()[0]
        ) from error
    finally:
        if plain != stream.path:
            plain.unlink(missing_ok=True)
        out.connection.execute("DROP TABLE IF EXISTS _objects")


def _write(plain: Path, stream: Stream, out: Output) -> Taken:
    out.connection.execute(f"CREATE OR REPLACE TEMP TABLE _objects AS {_objects(plain)}")
    is_object = "CASE WHEN json_valid(line) THEN json_type(line) = 'OBJECT' ELSE false END"
    keys = sql.select("DISTINCT unnest(json_keys(line))", "_objects", f"WHERE {is_object}")
    ordered = [key for (key,) in out.connection.execute(keys).fetchall()]
    if not ordered:
        raise SourceError("{label}: the file holds no JSON object.", label=stream.label)
    columns = unique_columns(sorted(ordered), stream.label)
    values = {name: f"json_extract_string(line, {sql.text(_pointer(name))})" for name in columns}
    query = sql.select(values, "_objects", f"WHERE {is_object}", "ORDER BY row_no")
    rows = out.connection.execute(copy_to(query, out.rows)).fetchone()[0]
    wrong = sql.select("row_no, 'not_json' AS reason, line AS original", "_objects", f"WHERE NOT {is_object}")
    count = out.connection.execute(sql.select("count(*)", f"({wrong})")).fetchone()[0]
    if count:
        out.connection.execute(copy_to(wrong, out.bad))
    return Taken(rows, count, 1, dict.fromkeys(columns, "VARCHAR"))


def _objects(plain: Path) -> str:
    """Lines of a JSON Lines file, or elements of one array, numbered."""
    with plain.open("rb") as file:
        is_array = file.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
    if is_array:
        source = f"read_json_objects({sql.text(plain)}, format='array', maximum_object_size={LONGEST_LINE})"
        return sql.select("row_number() OVER () AS row_no, CAST(json AS VARCHAR) AS line", source)
    source = (
        f"read_csv({sql.text(plain)}, columns={{'line': 'VARCHAR'}}, delim=chr(31), quote='', escape='', header=false, "
        f"auto_detect=false, max_line_size={LONGEST_LINE})"
    )
    numbered = sql.select("row_number() OVER () AS row_no, trim(line, chr(65279) || ' ') AS line", source)
    return sql.select("*", f"({numbered})", "WHERE line <> ''")


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")
