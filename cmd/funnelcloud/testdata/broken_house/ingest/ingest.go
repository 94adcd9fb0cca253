package ingest

import _ "github.com/funnelcloud/funnelcloud/queries/warehouse"
