// Package chdb is an embedded ClickHouse: libchdb, the engine as a shared
// library, behind ClickHouse's own HTTP interface on loopback. clickhouse-go,
// clickhouse-connect, @clickhouse/client, Grafana's plugin and curl talk to it
// as to a server.
//
// Ensure finds or installs the library, Start runs a Server, Close ends it.
// Nothing is loaded before Start, and there is no cgo.
//
// # How a request runs
//
//	handler.go    who asks, and what      → request
//	settings.go   a fresh connection gets the URL's settings and database;
//	session.go    one with a session_id keeps its connection between requests
//	execute.go    lexer.go and statement.go find where an INSERT's rows begin;
//	              the engine's parser says whether a statement only reads
//	insert.go     rows: body → engine, block by block
//	read.go       results: engine → pipe → answer; native.go rewrites Native to
//	              the client's revision on the way
//	answer.go     status and headers late, exceptions as ClickHouse words them;
//	encoding.go   gzip, zstd, lz4, br, deflate and ClickHouse's own blocks
//	cancel.go     a client that leaves takes its statement with it
//
// Invariants that aren't obvious:
//   - A result goes through INTO OUTFILE '/dev/fd/N' into a pipe. libchdb's own
//     streaming makes each block a document of its own (its own JSON header, its
//     own Arrow schema), and takes SELECT only.
//   - Whoever stops reading that pipe must drain it until the statement has
//     ended: a write into a pipe without a reader raises SIGPIPE.
//   - The engine's signal handlers and its profiler stay off; both would break
//     Go's runtime.
//   - A connection is a ClickHouse session. Requests never share one, except by
//     session_id; opening one takes 0.3 ms.
//   - The data folder is locked before the engine sees it, and "default" is made
//     by us (catalogue.go): libchdb's own also shows the working directory's files.
//
// # What differs from a server
//
//   - There is one user, the one of Options; it may do everything that this
//     process may, table functions such as file() included, which reach any
//     file. Listen on loopback only, and take no SQL from strangers.
//   - One process has one engine with one data folder.
//   - KILL QUERY WHERE query_id = … doesn't find a client's query_id, because
//     the engine gives each statement its own; the client's is in
//     Settings['log_comment'], unless the client set that itself.
//   - No X-ClickHouse-Progress headers, no query_log, no quotas, no
//     predefined handlers, no native TCP protocol.
//   - A statement inside a single function call (a pathological regular
//     expression, say) can't be cancelled before that call ends.
//   - JSON, Dynamic, Variant and AggregateFunction columns in Native at a
//     client_protocol_version are decoded and encoded by clickhouse-go's code;
//     AggregateFunction it doesn't know, so cast it (finalizeAggregation).
//   - A server that the engine itself can't survive, such as memory that runs
//     out for the whole process, isn't contained: it is one process.
package chdb
