module github.com/scoped-lmdb/scoped-lmdb/tests/vectors/check

go 1.26

require (
	github.com/apple/foundationdb/bindings/go v0.0.0-20260629183922-51e1c42eb9a8
	github.com/scoped-lmdb/scoped-lmdb v0.0.0
	github.com/vmihailenco/msgpack/v5 v5.4.1
)

require github.com/vmihailenco/tagparser/v2 v2.0.0 // indirect

replace github.com/scoped-lmdb/scoped-lmdb => ../../..
