//go:build race || bmatsuo || goexperiment.cgocheck2

package maintenance_test

const plainBuild = false
