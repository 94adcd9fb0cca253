package path

import _ "github.com/funnelcloud/funnelcloud/queries/warehouse" // wrong: a database, and with it a logger
