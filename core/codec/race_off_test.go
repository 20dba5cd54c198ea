// Question: none; this file tells the other suites whether the race detector is on.

//go:build !race

package codec_test

const raceEnabled = false
