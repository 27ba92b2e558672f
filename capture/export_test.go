package capture

// FlipLaw flips one cell of the compiled law and returns what flips it back.
func FlipLaw(s Status, name CommandName) (restore func()) {
	var bit uint32
	for o, n := range names {
		if n == name {
			bit = 1 << o
		}
	}
	i := index(s)
	law.legal[i] ^= bit
	return func() { law.legal[i] ^= bit }
}

// AskLaw asks the law alone: legality, with nothing decided.
func AskLaw(c *Charge, cmd Command) error { return legal(c, cmd.command()) }

// Share is the part of a fee or a transfer that goes back with a refund.
func Share(whole, part, of int64) int64 { return share(whole, part, of) }

// Most is the greatest amount that a charge takes.
const Most int64 = most
