package main

import (
	_ "github.com/funnelcloud/funnelcloud/ingest"
	_ "github.com/funnelcloud/funnelcloud/models"
)

func main() {}
