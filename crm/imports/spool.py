"""Where checked rows wait: a private SQLite database on disk that vanishes with the process.

Memory stays flat whatever the size of the files: SQLite keeps a bounded cache and spills the rest.
"""

import pickle
import sqlite3

CACHE_KIB = 24_000
IN_CHUNK = 500

SCHEMA = """
CREATE TABLE keys (noun TEXT, key TEXT, pk INTEGER, there INTEGER DEFAULT 0, bad INTEGER DEFAULT 0, file TEXT, row INTEGER,
    PRIMARY KEY (noun, key)) WITHOUT ROWID;
CREATE TABLE naturals (noun TEXT, value TEXT, key TEXT, PRIMARY KEY (noun, value)) WITHOUT ROWID;
CREATE TABLE refs (noun TEXT, key TEXT, file TEXT, row INTEGER, column TEXT, count INTEGER,
    PRIMARY KEY (noun, key, file, column)) WITHOUT ROWID;
CREATE TABLE rows (id INTEGER PRIMARY KEY, part INTEGER, grouped TEXT, data BLOB);
CREATE TABLE joined (name TEXT, key TEXT, data BLOB, PRIMARY KEY (name, key)) WITHOUT ROWID;
"""


class Spool:
    def __init__(self):
        self.db = sqlite3.connect("", isolation_level=None)  # "" is a temporary file of SQLite's own, deleted at once
        self.db.executescript(
            f"PRAGMA cache_size = -{CACHE_KIB}; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {SCHEMA}"
        )
        self.pending = []
        self.needed = {}
        self.counted = {}
        self.db.execute("BEGIN")

    def close(self):
        self.db.close()

    # Writing while staging

    def claim(self, noun, key, file, row):
        """True where the key is new for this noun; otherwise (file, row) of who has it."""
        done = self.db.execute(
            "INSERT OR IGNORE INTO keys (noun, key, file, row) VALUES (?, ?, ?, ?)", (noun, key, file, row)
        )
        if done.rowcount:
            return True
        return self.db.execute("SELECT file, row FROM keys WHERE noun = ? AND key = ?", (noun, key)).fetchone()

    def claim_natural(self, noun, value, key):
        """True where no other key of this noun has that unique value; otherwise the key that has it."""
        done = self.db.execute("INSERT OR IGNORE INTO naturals VALUES (?, ?, ?)", (noun, value, key))
        if done.rowcount:
            return True
        (other,) = self.db.execute("SELECT key FROM naturals WHERE noun = ? AND value = ?", (noun, value)).fetchone()
        return other

    def spoil(self, noun, key, file, row):
        """The row of this key is wrong: it will not be written, and what refers to it is not reported again."""
        self.db.execute(
            "INSERT INTO keys (noun, key, bad, file, row) VALUES (?, ?, 1, ?, ?) ON CONFLICT DO UPDATE SET bad = 1",
            (noun, key, file, row),
        )

    def need(self, noun, key, file, row, column):
        """Rows mostly refer to a few records again and again: they are counted here first."""
        first = self.needed.setdefault((noun, key, file, column), [row, 0])
        first[1] += 1
        if len(self.needed) >= 1000:
            self.flush()

    def put(self, part, grouped, key, values, file, row):
        self.pending.append((part, grouped, key, (file, row, values)))
        self.counted[part] = self.counted.get(part, 0) + 1
        if len(self.pending) >= 1000:
            self.flush()

    def flush(self):
        """Rows that belong to no group are kept many at a time, the others each by itself."""
        blobs, together = [], []
        for part, grouped, key, row in self.pending:
            if together and (grouped or part != together[0]):
                blobs.append((together[0], "", pickle.dumps(together[1], pickle.HIGHEST_PROTOCOL)))
                together = []
            if grouped:
                blobs.append((part, grouped, pickle.dumps([(key, *row)], pickle.HIGHEST_PROTOCOL)))
            elif together:
                together[1].append((key, *row))
            else:
                together = [part, [(key, *row)]]
        if together:
            blobs.append((together[0], "", pickle.dumps(together[1], pickle.HIGHEST_PROTOCOL)))
        self.db.executemany("INSERT INTO rows (part, grouped, data) VALUES (?, ?, ?)", blobs)
        self.pending.clear()
        refs = [(noun, key, file, row, column, n) for (noun, key, file, column), (row, n) in self.needed.items()]
        self.db.executemany(
            "INSERT INTO refs VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count", refs
        )
        self.needed.clear()

    def put_joined(self, name, key, cells):
        done = self.db.execute("INSERT OR IGNORE INTO joined VALUES (?, ?, ?)", (name, key, pickle.dumps(cells)))
        return bool(done.rowcount)

    def joined(self, name, key):
        found = self.db.execute("SELECT data FROM joined WHERE name = ? AND key = ?", (name, key)).fetchone()
        return pickle.loads(found[0]) if found else None

    # Between staging and applying

    def is_grouped(self):
        """Rows that are written together are read together."""
        self.flush()
        self.db.execute("CREATE INDEX rows_order ON rows (part, grouped, id)")

    def chunks(self, query, *args):
        """Lists of rows of a query."""
        cursor = self.db.cursor().execute(query, args)
        while rows := cursor.fetchmany(IN_CHUNK):
            yield rows

    def nouns(self):
        found = self.db.execute("SELECT DISTINCT noun FROM keys UNION SELECT DISTINCT noun FROM refs")
        return [noun for (noun,) in found]

    def keys(self, noun):
        """Lists of the keys of a noun, of rows and of references to it; the tables may be written in between."""
        for table in ("keys", "refs"):
            last = ""
            query = f"SELECT DISTINCT key FROM {table} WHERE noun = ? AND key > ? ORDER BY key LIMIT {IN_CHUNK}"
            while found := [key for (key,) in self.db.execute(query, (noun, last))]:
                yield found
                last = found[-1]

    def naturals(self, noun):
        """Dictionaries of natural value → key, of what has not been found by its external id."""
        staged = "SELECT n.value, n.key FROM naturals n JOIN keys k USING (noun, key) WHERE noun = ? AND k.there = 0"
        named = "SELECT DISTINCT r.key, r.key FROM refs r LEFT JOIN keys k USING (noun, key) WHERE noun = ? AND k.key IS NULL"
        for query in (staged, named):
            found = self.db.execute(query, (noun,)).fetchall()  # these nouns are few: teams, people, products
            for start in range(0, len(found), IN_CHUNK):
                yield dict(found[start : start + IN_CHUNK])

    def is_there(self, noun, key, pk):
        """A record with this key is in the database already."""
        self.db.execute(
            "INSERT INTO keys (noun, key, pk, there) VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET pk = excluded.pk, there = 1",
            (noun, key, pk),
        )

    def count_new(self, noun):
        (count,) = self.db.execute(
            "SELECT count(*) FROM keys WHERE noun = ? AND there = 0 AND bad = 0 AND file IS NOT NULL", (noun,)
        ).fetchone()
        return count

    def count_there(self, noun):
        (count,) = self.db.execute(
            "SELECT count(*) FROM keys WHERE noun = ? AND there = 1 AND file IS NOT NULL", (noun,)
        ).fetchone()
        return count

    # Reading while applying

    def read(self, part, size):
        """Batches of `(key, file, row, values)`, not split within a group."""
        cursor = self.db.cursor().execute(
            "SELECT data, grouped FROM rows WHERE part = ? ORDER BY part, grouped, id", (part,)
        )
        batch, last = [], None
        for data, grouped in cursor:
            for row in pickle.loads(data):
                if len(batch) >= size and (not grouped or grouped != last):
                    yield batch
                    batch = []
                batch.append(row)
                last = grouped
        if batch:
            yield batch

    def written(self, noun, pairs):
        self.db.executemany("UPDATE keys SET pk = ? WHERE noun = ? AND key = ?", ((pk, noun, key) for key, pk in pairs))

    def pks(self, noun, keys):
        """{key: (pk, there)} of those that are known to be in the database by now."""
        found, keys = {}, list(keys)
        for start in range(0, len(keys), IN_CHUNK):
            part = keys[start : start + IN_CHUNK]
            marks = ",".join("?" * len(part))
            query = f"SELECT key, pk, there FROM keys WHERE noun = ? AND pk IS NOT NULL AND key IN ({marks})"
            found.update({key: (pk, there) for key, pk, there in self.db.execute(query, (noun, *part))})
        return found
