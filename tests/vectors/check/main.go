// Command check compares this project's encoding of typed keys, byte for byte, with two implementations that know
// nothing of it: FoundationDB's own Go package, which is linked in here, and the npm package fdb-tuple, for which this
// command writes a file that check.mjs reads. run.sh builds and runs both.
//
//	check -write FILE                writes the golden vectors, tuple.json
//	check -vectors FILE -cases FILE  checks the golden vectors and random keys, and writes all of them to cases
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
	"github.com/scoped-lmdb/scoped-lmdb/tests/vectors"
)

func main() {
	write := flag.String("write", "", "write the golden vectors to this file, and do nothing else")
	golden := flag.String("vectors", "", "the golden vectors to check")
	cases := flag.String("cases", "", "write the keys that were checked to this file, one JSON object a line")
	seed := flag.Uint64("seed", 1, "the seed of the random keys")
	count := flag.Int("count", 20000, "how many random keys")
	flag.Parse()
	err := error(nil)
	if *write != "" {
		err = writeGolden(*write)
	} else {
		err = check(*golden, *cases, *seed, *count)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "check:", err)
		os.Exit(1)
	}
}

// check checks all keys, and writes them for the other implementation.
func check(golden, cases string, seed uint64, count int) error {
	text, err := os.ReadFile(golden)
	if err != nil {
		return err
	}
	var all []vectors.Vector
	if err := json.Unmarshal(text, &all); err != nil {
		return fmt.Errorf("%s: %w", golden, err)
	}
	fixed := len(all)
	random := newGenerator(seed)
	for range count {
		vector, err := encode(random.key(), "random")
		if err != nil {
			return err
		}
		all = append(all, vector)
	}
	for i, vector := range all {
		if err := checkVector(vector); err != nil {
			return fmt.Errorf("key %d of seed %d (%s): %w", i, seed, vector.Note, err)
		}
	}
	fmt.Printf("%d golden and %d random keys (seed %d): as FoundationDB's Go package packs and unpacks them\n",
		fixed, count, seed)
	return writeCases(cases, all)
}

// checkVector compares what this project makes of a key with the vector, and the vector with FoundationDB's package.
func checkVector(vector vectors.Vector) error {
	own, err := encode(vector.Key.Value, vector.Note)
	if err != nil {
		return err
	}
	if !bytes.Equal(own.Stored, vector.Stored) || !bytes.Equal(own.Packed, vector.Packed) {
		return fmt.Errorf("%v is packed as %x and stored as %x; the vector has %x and %x", vector.Key.Value, own.Packed,
			own.Stored, vector.Packed, vector.Stored)
	}
	return checkOfficial(vector)
}

// encode makes the vector of a key.
func encode(key any, note string) (vectors.Vector, error) {
	vector := vectors.Vector{Note: note, Key: vectors.Literal{Value: key}}
	tupleKey, err := codec.TupleKey[any]()
	if err != nil {
		return vector, err
	}
	if vector.Stored, err = tupleKey.AppendKey(nil, key); err != nil {
		return vector, err
	}
	if vector.Packed, err = codec.TupleKeyWire().Decode(nil, vector.Stored); err != nil {
		return vector, err
	}
	stored, err := codec.TupleKeyWire().Encode(nil, vector.Packed)
	if err != nil {
		return vector, err
	}
	if !bytes.Equal(stored, vector.Stored) {
		return vector, fmt.Errorf("%v is stored as %x, and as %x by way of MessagePack", key, vector.Stored, stored)
	}
	var packed bytes.Buffer
	encoder := msgpack.NewEncoder(&packed)
	encoder.UseCompactInts(true)
	if err := encoder.Encode(key); err != nil {
		return vector, err
	}
	if !bytes.Equal(packed.Bytes(), vector.Packed) {
		return vector, fmt.Errorf("%v is packed as %x, and as %x by a library", key, vector.Packed, packed.Bytes())
	}
	return vector, nil
}

func writeCases(path string, all []vectors.Vector) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(file)
	lines := json.NewEncoder(out)
	for _, vector := range all {
		if err := lines.Encode(vector); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return file.Close()
}
