package dashboards

import _ "github.com/funnelcloud/funnelcloud/models" // a test may
