package capture

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
