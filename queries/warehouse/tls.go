package warehouse

import "crypto/tls"

// tlsConfig trusts the system's certificates.
func tlsConfig() *tls.Config { return &tls.Config{MinVersion: tls.VersionTLS12} }
