// Question: none; this file tells the suite that the race detector is on.

//go:build race

package model

const raceEnabled = true
