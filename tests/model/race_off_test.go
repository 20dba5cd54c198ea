// Question: none; this file tells the suite that the race detector is off.

//go:build !race

package model

const raceEnabled = false
