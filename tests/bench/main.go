package main
import ("os";"github.com/scoped-lmdb/scoped-lmdb/tests/bench/wire";"github.com/scoped-lmdb/scoped-lmdb/tests/bench/peers/ours"
"github.com/scoped-lmdb/scoped-lmdb/tests/bench/peers/bbolt"
"github.com/scoped-lmdb/scoped-lmdb/tests/bench/peers/pebble"
)
func main(){ var s wire.Store=new(ours.Store); n:="ours"; v:=ours.Version()
if len(os.Args)>1 && os.Args[1]=="bbolt" {s=new(bbolt.Store);n="bbolt"; v=bbolt.Version()}
if len(os.Args)>1 && os.Args[1]=="pebble" {s=new(pebble.Store);n="pebble"; v=pebble.Version()}
if err:=wire.Serve(n,v,s,os.Stdin,os.Stdout);err!=nil{panic(err)} }
