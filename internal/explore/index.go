package explore

import "hash/maphash"

// index numbers states in the order in which they are added. It is a hash table
// of int32 positions in a slice. A map[S]int32 would hold each state a second time.
type index[S comparable] struct {
	seed   maphash.Seed
	states []S
	slots  []int32 // 1 + position in states, or 0 when free; the length is a power of two
}

func newIndex[S comparable]() index[S] {
	return index[S]{seed: maphash.MakeSeed(), slots: make([]int32, 64)}
}

func (x *index[S]) len() int { return len(x.states) }

func (x *index[S]) state(i int32) S { return x.states[i] }

// find returns the number of s.
func (x *index[S]) find(s S) (int32, bool) {
	i := x.slots[x.slot(s)]
	return i - 1, i != 0
}

// add gives s, which must be new, the next number.
func (x *index[S]) add(s S) int32 {
	i := len(x.states)
	x.states = append(x.states, s)
	place := i
	if 2*len(x.states) > len(x.slots) {
		x.slots = make([]int32, 2*len(x.slots))
		place = 0 // all of them again
	}
	for ; place <= i; place++ {
		x.slots[x.slot(x.states[place])] = int32(place) + 1 //nolint:gosec // Config.check keeps the number of states in range
	}
	return int32(i) //nolint:gosec // as above
}

// slot returns the slot that holds s, or the free one where s belongs.
func (x *index[S]) slot(s S) uint64 {
	mask := uint64(len(x.slots)) - 1
	h := maphash.Comparable(x.seed, s) & mask
	for x.slots[h] != 0 && x.states[x.slots[h]-1] != s {
		h = (h + 1) & mask
	}
	return h
}
