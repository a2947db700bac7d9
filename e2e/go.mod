module github.com/counterfoil/counterfoil/e2e

go 1.26.8

replace github.com/counterfoil/counterfoil => ../

require (
	github.com/counterfoil/counterfoil v0.0.0-00010101000000-000000000000
	github.com/google/go-cmp v0.7.0
)
