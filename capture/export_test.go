package capture

import (
	"fmt"
	"math"
)

// FlipLaw flips one cell of the compiled law and returns what flips it back.
func FlipLaw(s Status, name CommandName) (restore func()) {
	flip := func() { law.Flip(index(s), name) }
	flip()
	return flip
}

// AskLaw asks the law alone: legality, with nothing decided.
func AskLaw(c *Charge, cmd Command) error { return legal(c, cmd.command()) }

// Share is the part of a fee or a transfer that goes back with a refund.
func Share(whole, part, of int64) int64 { return share(whole, part, of) }

// Most is the greatest amount that a charge takes.
const Most int64 = most

// CheckQueue says what in the queue of v is not as the theory in virtual_queue.go has it.
func (v *Virtual) CheckQueue() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	q, n := &v.queue, 0
	for level, buckets := range q.levels {
		if (q.some>>level&1 == 1) != (q.full[level] != 0) {
			return fmt.Errorf("level %d: some %b, full %b", level, q.some, q.full[level])
		}
		if buckets == nil {
			continue
		}
		for slot := range buckets {
			b := &buckets[slot]
			if (q.full[level]>>slot&1 == 1) != (b.head != nil) {
				return fmt.Errorf("level %d, bucket %d: full %b", level, slot, q.full[level])
			}
			least := int64(math.MaxInt64)
			for block := b.head; block != nil; block = block.next {
				for _, it := range block.items[block.first:block.end] {
					n++
					least = min(least, it.due)
					if l, s := virtualPlace(it.due, q.last); l != level || s != slot {
						return fmt.Errorf("an item due at %d, the last at %d, is on level %d in bucket %d and not in %d, %d", it.due, q.last, level, slot, l, s)
					}
				}
			}
			if b.head != nil && least != b.least {
				return fmt.Errorf("level %d, bucket %d: least is %d and not %d", level, slot, b.least, least)
			}
		}
	}
	if n != q.n {
		return fmt.Errorf("%d items, counted as %d", n, q.n)
	}
	return nil
}

// virtualPlace returns the highest digit to the base of 64 in which due differs from last, and its value.
func virtualPlace(due, last int64) (level, slot int) {
	for n := 0; due > 0 || last > 0; n++ {
		if due%64 != last%64 || n == 0 {
			level, slot = n, int(due%64)
		}
		due, last = due/64, last/64
	}
	return level, slot
}
