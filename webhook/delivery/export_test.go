package delivery

// FlipLaw flips one cell of the compiled law and returns what flips it back.
func FlipLaw(s Status, name CommandName) (restore func()) {
	flip := func() { law.Flip(index(s), name) }
	flip()
	return flip
}

// AskLaw asks the law alone: legality, with nothing decided.
func AskLaw(d *Delivery, c Command) error { return legal(d, c.command()) }

// CheckFast is the part of Check that Apply asks.
func CheckFast(d *Delivery) error { return check(d) }
