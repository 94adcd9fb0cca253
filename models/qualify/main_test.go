package qualify

import (
	"os"
	"testing"

	"github.com/funnelcloud/funnelcloud/queries/queriestest"
)

func TestMain(m *testing.M) { os.Exit(queriestest.Main(m)) }
