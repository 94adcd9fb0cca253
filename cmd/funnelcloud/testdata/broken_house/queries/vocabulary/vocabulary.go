package vocabulary

import _ "github.com/funnelcloud/funnelcloud/models" // wrong: another room
