// Which steps does a history have, and how often? Classes of them, so that rare ones are not drowned.

package model

// class is a group of steps. A step is as often in it as it is to be drawn; those in front are drawn more often, and a
// shrunk history prefers them.
type class []func(*history)

// classes are as often in a list as they are to be drawn.
type classes []class

var everything, writing classes

// Set here, since steps have steps inside of them.
func init() {
	writes := class{
		(*history).put, (*history).put, (*history).put, (*history).delete, (*history).putMany, (*history).replace,
		(*history).putIfAbsent, (*history).pop, (*history).compareAndSwap, (*history).deleteRange, (*history).exchange,
		(*history).rawPutMany, (*history).delete, (*history).putMany, (*history).rawWrite, (*history).batch,
	}
	reads := class{
		(*history).get, (*history).walkRange, (*history).count, (*history).neighbour, (*history).contains, (*history).getMany,
		(*history).walkKeys, (*history).walkValues, (*history).isEmpty, (*history).borrow, (*history).rawEntries, (*history).neighbour,
		(*history).viewRead, (*history).neighbour, (*history).count, (*history).walkRange,
	}
	walks := class{
		(*history).stepWalk, (*history).openWalk, (*history).stepWalk, (*history).seekWalk, (*history).lookAgain, (*history).stepWalk,
		(*history).closeWalk, (*history).loop,
	}
	transactions := class{
		(*history).commit, (*history).beginReader, (*history).beginChild, (*history).abort, (*history).endReader, (*history).update,
		(*history).viewWrite, (*history).commit, (*history).apply, (*history).submit,
	}
	registry := class{
		(*history).register, (*history).drop, (*history).prune, (*history).rename, (*history).identify, (*history).listScopes,
		(*history).rename, (*history).compareNow, (*history).clear,
	}
	changes := class{
		(*history).register, (*history).drop, (*history).prune, (*history).rename, (*history).clear, (*history).rename,
	}
	clients := class{
		(*history).openSome, (*history).openSome, (*history).second, (*history).openSome, (*history).reopen, (*history).grow,
	}
	misuses := class{
		(*history).noScope, (*history).noKey, (*history).tooLate, (*history).tooEarly, (*history).writeInReader, (*history).strangers,
		(*history).busyClose, (*history).openWrongly, (*history).oldReader,
	}
	everything = classes{
		writes, reads, walks, writes, transactions, reads, writes, reads, registry, writes, walks, misuses, reads, walks, clients, writes,
	}
	writing = classes{writes, writes, reads, writes, walks, changes}
}

// step does one.
func (h *history) step(of classes) {
	h.depth++
	chosen := of[h.pick(len(of))]
	chosen[h.pick(len(chosen))](h)
	h.depth--
}
