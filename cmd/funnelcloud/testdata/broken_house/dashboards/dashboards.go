package dashboards

import _ "github.com/funnelcloud/funnelcloud/ingest" // wrong: another room
