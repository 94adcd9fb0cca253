module github.com/funnelcloud/funnelcloud

go 1.26.0
