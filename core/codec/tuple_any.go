package codec

import "fmt"

// appendAny appends a key or element whose type is known at run time only. depth is how many tuples it is inside.
func appendAny(dst []byte, value any, depth int) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return appendNull(dst, depth), nil
	case []byte:
		return appendEscaped(dst, codeBytes, v), nil
	case string:
		return appendText(dst, v)
	case int:
		return appendInteger(dst, v < 0, uint64(v)), nil
	case int64:
		return appendInteger(dst, v < 0, uint64(v)), nil
	case uint64:
		return appendInteger(dst, false, v), nil
	case float64:
		return appendFloat(dst, v)
	case bool:
		return appendBool(dst, v), nil
	case Tuple:
		return appendTuple(dst, v, depth)
	case []any:
		return appendTuple(dst, v, depth)
	}
	return appendSmall(dst, value)
}

// appendSmall appends an integer of one of the rarer types.
func appendSmall(dst []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case int8:
		return appendInteger(dst, v < 0, uint64(v)), nil
	case int16:
		return appendInteger(dst, v < 0, uint64(v)), nil
	case int32:
		return appendInteger(dst, v < 0, uint64(v)), nil
	case uint:
		return appendInteger(dst, false, uint64(v)), nil
	case uint8:
		return appendInteger(dst, false, uint64(v)), nil
	case uint16:
		return appendInteger(dst, false, uint64(v)), nil
	case uint32:
		return appendInteger(dst, false, uint64(v)), nil
	case float32:
		return dst, invalidKey("a float32; convert it to float64, the only float that a key holds")
	}
	return dst, invalidKey("a %T; a key holds nil, []byte, string, integers, float64, bool and Tuple", value)
}

// appendTuple appends a tuple that is inside depth others.
func appendTuple(dst []byte, elements []any, depth int) ([]byte, error) {
	if depth == maxTupleDepth {
		return dst, tooDeep()
	}
	dst = append(dst, codeTuple)
	for i, element := range elements {
		var err error
		if dst, err = appendAny(dst, element, depth+1); err != nil {
			return dst, fmt.Errorf("element %d: %w", i, err)
		}
	}
	return append(dst, terminator), nil
}

// readAny reads the element at an offset within b, inside depth tuples, and owns what it returns.
func readAny(b []byte, at, depth int) (value any, next int, err error) {
	switch code := b[at]; {
	case code == codeNull:
		return nil, at + 1, nil
	case code == codeBytes:
		element, next, err := readEscaped(b, at)
		if err != nil {
			return nil, 0, err
		}
		return element.bytes(), next, nil
	case code == codeText:
		element, next, err := readText(b, at)
		if err != nil {
			return nil, 0, err
		}
		return element.text(), next, nil
	case code == codeTuple:
		tuple, next, err := readTuple(b, at, depth)
		if err != nil {
			return nil, 0, err
		}
		return tuple, next, nil
	case code >= codeIntegerMin && code <= codeIntegerMax:
		return readAnyInteger(b, at)
	case code == codeFloat:
		value, next, err := readFloat(b, at)
		if err != nil {
			return nil, 0, err
		}
		return value, next, nil
	case code == codeFalse || code == codeTrue:
		return code == codeTrue, at + 1, nil
	default:
		return nil, 0, unknownCode(code, at)
	}
}

// readAnyInteger reads an integer as int64, or uint64 beyond its range.
func readAnyInteger(b []byte, at int) (value any, next int, err error) {
	negative, number, next, err := readInteger(b, at)
	if err != nil {
		return nil, 0, err
	}
	return integerValue(negative, number), next, nil
}

// integerValue is an integer as int64, or uint64 beyond its range.
func integerValue(negative bool, number uint64) any {
	if !negative && number > 1<<63-1 {
		return number
	}
	return int64(number)
}

// readTuple reads a tuple that is inside depth others; never nil.
func readTuple(b []byte, at, depth int) (tuple Tuple, next int, err error) {
	if depth == maxTupleDepth {
		return nil, 0, tooDeep()
	}
	for at++; ; {
		step, next, err := readStep(b, at)
		if err != nil {
			return nil, 0, err
		}
		at = next
		if tuple == nil {
			tuple = makeTuple(step)
		}
		switch step {
		case stepEnd:
			return tuple, at, nil
		case stepNull:
			tuple = append(tuple, nil)
			continue
		}
		element, next, err := readAny(b, at, depth+1)
		if err != nil {
			return nil, 0, err
		}
		tuple = append(tuple, element)
		at = next
	}
}

// makeTuple makes a tuple that begins with a step: with room for the few elements that most have, or for none.
func makeTuple(step tupleStep) Tuple {
	if step == stepEnd {
		return Tuple{}
	}
	return make(Tuple, 0, 4)
}
