"""clickhouse-connect (ClickHouse's Python client) against a server: what people do with it."""

import datetime
import decimal
import sys
import threading
import uuid
from urllib.parse import urlparse

import clickhouse_connect
import pyarrow
from clickhouse_connect.driver.exceptions import DatabaseError
from clickhouse_connect.driver.external import ExternalData

url, user, password = sys.argv[1:]
address = urlparse(url)


def connect(**more):
    return clickhouse_connect.get_client(
        host=address.hostname, port=address.port, username=user, password=password, **more
    )


def check(name, got, want):
    if got != want:
        raise SystemExit(f"clickhouse-connect: {name}: {got!r}, want {want!r}")
    print(f"clickhouse-connect: {name}: ok")


client = connect()
check("ping", client.ping(), True)
client.command("DROP DATABASE IF EXISTS py")
client.command("CREATE DATABASE py")
client.command(
    "CREATE TABLE py.t (id UInt64, at DateTime64(3, 'UTC'), tokyo DateTime('Asia/Tokyo'), v Decimal(18, 4), tags Array(String),"
    " k LowCardinality(String), n Nullable(Int32), e Enum8('a' = 1, 'b' = 2), u UUID, m Map(String, UInt64), t Tuple(a UInt8, b String))"
    " ENGINE = MergeTree ORDER BY id"
)
utc = datetime.timezone.utc
rows = [
    [
        i, datetime.datetime(2024, 1, 2, 3, 4, 5, 678000, utc), datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=utc),
        decimal.Decimal("1.2345"), ["x", str(i)], "k", None if i % 2 else i, "b", uuid.UUID(int=i), {"a": i}, (1, "z"),
    ]
    for i in range(1000)
]
for compress in (False, "lz4", "zstd", "gzip"):
    c = connect(compress=compress, database="py")
    c.command("TRUNCATE TABLE t")
    c.insert("t", rows, column_names="*")
    check(f"insert and count, compress={compress}", c.query("SELECT count(), sum(id) FROM t").result_rows, [(1000, 499500)])
    got = c.query("SELECT * FROM t ORDER BY id").result_rows
    check(f"rows back, compress={compress}", (len(got), got[998][3:8]), (1000, (decimal.Decimal("1.2345"), ["x", "998"], "k", 998, "b")))
    check(f"time zone, compress={compress}", got[0][2].utcoffset(), datetime.timedelta(hours=9))
    c.close()

c = connect(database="py")
check("parameters", c.query("SELECT {x:UInt64} + 1, {s:String}, {l:Array(String)}", {"x": 41, "s": "it's", "l": ["a'", "b"]}).result_rows, [(42, "it's", ["a'", "b"])])
check("settings", c.query("SELECT getSetting('max_block_size')", settings={"max_block_size": 7}).result_rows, [(7,)])
with c.query_row_block_stream("SELECT number FROM numbers(1000000)") as stream:
    check("stream", sum(len(b) for b in stream), 1000000)
table = c.query_arrow("SELECT id, k, v FROM t ORDER BY id", use_strings=True)
check("arrow out", (table.num_rows, table.column("id")[999].as_py()), (1000, 999))
c.command("CREATE TABLE arrow_in (id UInt64, name String) ENGINE = Memory")
c.insert_arrow("arrow_in", pyarrow.table({"id": [1, 2, 3], "name": ["a", "b", "c"]}))
check("arrow in", c.query("SELECT sum(id), count() FROM arrow_in").result_rows, [(6, 3)])
check("raw csv", c.raw_query("SELECT 1 AS a, 'x' AS b", fmt="CSVWithNames"), b'"a","b"\n1,"x"\n')
c.raw_insert("arrow_in", ["id", "name"], b"4,d\n5,e\n", fmt="CSV")
check("raw insert", c.command("SELECT count() FROM arrow_in"), 5)
external = ExternalData(file_name="ext.csv", fmt="CSV", structure=["id UInt64", "word String"], data=b"1,one\n2,two\n")
check("external data", c.query("SELECT word FROM ext WHERE id = 2", external_data=external).result_rows, [("two",)])
c.command("CREATE TEMPORARY TABLE session_only (a UInt8)")
c.command("INSERT INTO session_only VALUES (7)")
check("session", c.query("SELECT a FROM session_only").result_rows, [(7,)])

for sql, code in (("SELEC 1", 62), ("SELECT * FROM nope", 60), ("SELECT throwIf(number = 3000000) FROM numbers(4000000)", 395)):
    try:
        c.query(sql)
        raise SystemExit(f"clickhouse-connect: {sql}: no error")
    except DatabaseError as e:
        check(f"error {code}", f"{code}" in str(e), True)
try:
    clickhouse_connect.get_client(host=address.hostname, port=address.port, username=user, password="wrong")
    raise SystemExit("clickhouse-connect: a wrong password is taken")
except DatabaseError as e:
    check("wrong password", "516" in str(e), True)

failures = []


def work(n):
    try:
        own = connect(database="py")
        for _ in range(5):
            if own.query(f"SELECT count() + {n} FROM t").result_rows != [(1000 + n,)]:
                failures.append(n)
        own.close()
    except Exception as e:  # reported below
        failures.append(e)


threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
for t in threads:
    t.start()
for t in threads:
    t.join()
check("16 threads", failures, [])
client.command("DROP DATABASE py")
