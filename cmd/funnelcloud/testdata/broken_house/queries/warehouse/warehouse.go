package warehouse

import _ "log/slog"
