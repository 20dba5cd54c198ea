//go:build !race && !bmatsuo && !goexperiment.cgocheck2

package maintenance_test

// plainBuild says that the tests are built as users build the library.
const plainBuild = true
