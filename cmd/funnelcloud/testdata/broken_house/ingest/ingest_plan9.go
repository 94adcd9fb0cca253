package ingest

func init() {} // wrong: starts by itself, if only there
