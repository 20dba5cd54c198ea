package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"

	"github.com/apple/foundationdb/bindings/go/src/fdb/tuple"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
	"github.com/scoped-lmdb/scoped-lmdb/tests/vectors"
)

// checkOfficial compares a vector with what FoundationDB's Go package makes of it, in both directions.
func checkOfficial(vector vectors.Vector) error {
	packed := tuple.Tuple{toOfficial(vector.Key.Value)}.Pack()
	if !bytes.Equal(packed, vector.Stored) {
		return fmt.Errorf("%v is stored as %x; FoundationDB packs %x", vector.Key.Value, vector.Stored, packed)
	}
	unpacked, err := tuple.Unpack(vector.Stored)
	if err != nil {
		return err
	}
	if len(unpacked) != 1 {
		return fmt.Errorf("%x is %d elements to FoundationDB", vector.Stored, len(unpacked))
	}
	want, err := json.Marshal(vector.Key)
	if err != nil {
		return err
	}
	got, err := json.Marshal(vectors.Literal{Value: fromOfficial(unpacked[0])})
	if err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("%x is %s; FoundationDB unpacks %s", vector.Stored, want, got)
	}
	return nil
}

// toOfficial is a key in the types of FoundationDB's package.
func toOfficial(key any) tuple.TupleElement {
	elements, ok := key.(codec.Tuple)
	if !ok {
		return key
	}
	official := tuple.Tuple{}
	for _, element := range elements {
		official = append(official, toOfficial(element))
	}
	return official
}

// fromOfficial is the inverse of toOfficial.
func fromOfficial(element tuple.TupleElement) any {
	switch v := element.(type) {
	case *big.Int:
		if v.IsInt64() {
			return v.Int64()
		}
		return v.Uint64()
	case tuple.Tuple:
		key := codec.Tuple{}
		for _, element := range v {
			key = append(key, fromOfficial(element))
		}
		return key
	}
	return element
}
