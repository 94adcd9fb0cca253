// @clickhouse/client (ClickHouse's client for Node) against a server: what people do with it.

import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { createClient, ClickHouseError, ClickHouseLogLevel } from "@clickhouse/client";

const [url, username, password] = process.argv.slice(2);
const connect = (more = {}) => createClient({ url, username, password, log: { level: ClickHouseLogLevel.OFF }, ...more });

async function check(name, run) {
  try {
    await run();
  } catch (e) {
    console.error(`@clickhouse/client: ${name}:`, e);
    process.exit(1);
  }
  console.log(`@clickhouse/client: ${name}: ok`);
}

const client = connect();
const rows = async (query, more = {}) => (await client.query({ query, format: "JSONEachRow", ...more })).json();

await check("ping", async () => assert.equal((await client.ping()).success, true));
await client.command({ query: "DROP DATABASE IF EXISTS js" });
await client.command({ query: "CREATE DATABASE js" });
await client.command({
  query: `CREATE TABLE js.t (id UInt64, at DateTime64(3, 'UTC'), v Decimal(18, 4), tags Array(String), k LowCardinality(String),
    n Nullable(Int32), m Map(String, UInt64), p JSON) ENGINE = MergeTree ORDER BY id`,
});
const row = (id) => ({ id, at: "2024-01-02 03:04:05.678", v: "1.2345", tags: ["x"], k: "k", n: id % 2 ? null : id, m: { a: id }, p: { a: { b: id } } });

for (const compression of [false, true]) {
  const c = connect({ database: "js", compression: { request: compression, response: compression } });
  await check(`insert and read, compression ${compression}`, async () => {
    await c.command({ query: "TRUNCATE TABLE t" });
    const { query_id, summary } = await c.insert({ table: "t", values: Array.from({ length: 1000 }, (_, i) => row(i)), format: "JSONEachRow" });
    assert.ok(query_id);
    assert.equal(summary.written_rows, "1000");
    const got = await (await c.query({ query: "SELECT * FROM t ORDER BY id", format: "JSONEachRow" })).json();
    assert.equal(got.length, 1000);
    assert.deepEqual(got[998].tags, ["x"]);
    assert.equal(Number(got[998].p.a.b), 998);
  });
  await c.close();
}

await check("JSON with statistics", async () => {
  const r = await (await client.query({ query: "SELECT number FROM numbers(300000)", format: "JSON" })).json();
  assert.equal(r.rows, 300000);
  assert.equal(r.data.length, 300000);
});
await check("stream out", async () => {
  const result = await client.query({ query: "SELECT number FROM numbers(1000000)", format: "JSONCompactEachRow" });
  let n = 0;
  for await (const part of result.stream()) n += part.length;
  assert.equal(n, 1000000);
});
await check("stream in", async () => {
  async function* many() {
    for (let i = 0; i < 50000; i++) yield row(10000 + i);
  }
  await client.insert({ table: "js.t", values: Readable.from(many(), { objectMode: true }), format: "JSONEachRow" });
  assert.equal(Number((await rows("SELECT count() AS n FROM js.t"))[0].n), 51000);
});
await check("parameters", async () => {
  const [r] = await rows("SELECT {x: UInt32} + 1 AS x, {s: String} AS s, {l: Array(String)} AS l", { query_params: { x: 41, s: "it's\t\\", l: ["a'", "b"] } });
  assert.deepEqual(r, { x: 42, s: "it's\t\\", l: ["a'", "b"] });
});
await check("settings", async () => {
  assert.equal(Number((await rows("SELECT getSetting('max_block_size') AS n", { clickhouse_settings: { max_block_size: "7" } }))[0].n), 7);
});
await check("session", async () => {
  const c = connect({ session_id: crypto.randomUUID() });
  await c.command({ query: "CREATE TEMPORARY TABLE only_here (a UInt8)" });
  await c.insert({ table: "only_here", values: [{ a: 7 }], format: "JSONEachRow" });
  assert.deepEqual(await (await c.query({ query: "SELECT a FROM only_here", format: "JSONEachRow" })).json(), [{ a: 7 }]);
  await c.close();
});
for (const [query, code] of [["SELEC 1", "62"], ["SELECT * FROM nope", "60"], ["SELECT nope()", "46"]]) {
  await check(`error ${code}`, () => assert.rejects(client.query({ query }), (e) => e instanceof ClickHouseError && e.code === code && e.type !== ""));
}
await check("exception in mid-stream", async () => {
  const result = await client.query({
    query: "SELECT throwIf(number = 3000000) AS x, number FROM numbers(4000000)", format: "JSONEachRow",
    clickhouse_settings: { max_threads: 1 },
  });
  await assert.rejects(async () => {
    for await (const _ of result.stream());
  }, (e) => e.code === "395");
});
await check("wrong password", async () => {
  const c = connect({ password: "wrong" });
  await assert.rejects(c.query({ query: "SELECT 1" }), (e) => e.code === "516");
  await c.close();
});
await check("abort", async () => {
  const stop = new AbortController();
  const q = client.query({ query: "SELECT sum(sipHash64(number)) FROM numbers(10000000000000)", abort_signal: stop.signal });
  stop.abort();
  await assert.rejects(q);
});
await check("16 at once", async () => {
  const all = await Promise.all(Array.from({ length: 16 }, (_, i) => rows(`SELECT count() + ${i} AS n FROM js.t`)));
  all.forEach((r, i) => assert.equal(Number(r[0].n), 51000 + i));
});
await client.command({ query: "DROP DATABASE js" });
await client.close();
