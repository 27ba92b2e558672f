package checkout

// FlipLaw makes a command legal in a status where it is not, or the reverse,
// behind the table's back, and returns how to put it right again.
func FlipLaw(s Status, c CommandName) (restore func()) {
	flip := func() { law.Flip(index(s), c) }
	flip()
	return flip
}

// Legal1 asks the law about one command, as Decide does.
func Legal1(s *Session, c Command) bool {
	o, ok := opOf(c)
	return ok && legal(s, o) == nil
}
