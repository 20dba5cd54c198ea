// Does every error's text reach a C caller as UTF-8 that ends where it should?
package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzWriteMessage(f *testing.F) {
	for _, text := range []string{"", "short", strings.Repeat("é", 600), strings.Repeat("日", 400), "\xff\xfe", "a\x00b",
		strings.Repeat("x", 1019), strings.Repeat("x", 1020), strings.Repeat("x", 1018) + "é", strings.Repeat("\xf0", 1021)} {
		for _, size := range []int{1, 2, 5, 1020} {
			f.Add(text, size)
		}
	}
	f.Fuzz(func(t *testing.T, text string, size int) {
		if size < 1 || size > 4096 {
			t.Skip()
		}
		dst := bytes.Repeat([]byte{0xdb}, size+1)
		writeMessage(dst[:size], text)
		end := bytes.IndexByte(dst[:size], 0)
		if end < 0 || dst[size] != 0xdb {
			t.Fatalf("%q in %d bytes is not ended, or overruns", text, size)
		}
		got := string(dst[:end])
		if !utf8.ValidString(got) {
			t.Fatalf("%q in %d bytes became %q, which is not UTF-8", text, size, got)
		}
		clean := utf8.ValidString(text) && !strings.Contains(text, "\x00")
		if clean && !strings.HasPrefix(text, got) {
			t.Fatalf("%q became %q", text, got)
		}
		if clean && len(text) < size && got != text {
			t.Fatalf("%q in %d bytes was cut to %q", text, size, got)
		}
		if clean && len(text) >= size && size-1-len(got) >= utf8.UTFMax {
			t.Fatalf("%q in %d bytes was cut to %d", text, size, len(got))
		}
	})
}
