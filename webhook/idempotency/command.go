package idempotency

import (
	"fmt"
	"strconv"
)

// Command is what a key can be told. The commands are the types of this package that
// have this interface's methods; nil and pointers to them are refused with an
// *intents.InvalidError.
//
//sumtype:decl
type Command interface {
	fmt.Stringer
	// Name returns the name that the table and errors use.
	Name() CommandName
	command() op
}

// CommandName names a sort of command, in the imperative.
type CommandName string

type op uint8

const (
	opBegin op = iota
	opFinish
	opReject
	opPrune
	ops
)

// Begin is a request that came with the key. It leads to executing where the request is
// to be executed. It leads nowhere, without an event, where the stored answer is to be
// replayed; see [Transition.Replay].
type Begin struct {
	// Scope and Key are those of the record.
	Scope   string  `json:"scope,omitzero"`
	Key     string  `json:"key,omitzero"`
	Request Request `json:"request,omitzero"`
}

// Finish reports that the request was executed, and with what answer.
type Finish struct {
	Answer Answer `json:"answer,omitzero"`
}

// Reject reports that the request was rejected before it was executed: its parameters
// do not hold, its caller is not known, or something is locked (DOC-IDEM). Nothing is
// stored, and the key can be used again.
type Reject struct{}

// Prune is time's word that the key was kept long enough.
type Prune struct{}

func (Begin) command() op  { return opBegin }
func (Finish) command() op { return opFinish }
func (Reject) command() op { return opReject }
func (Prune) command() op  { return opPrune }

// Name implements Command.
func (Begin) Name() CommandName { return opBegin.name() }

// Name implements Command.
func (Finish) Name() CommandName { return opFinish.name() }

// Name implements Command.
func (Reject) Name() CommandName { return opReject.name() }

// Name implements Command.
func (Prune) Name() CommandName { return opPrune.name() }

// String implements fmt.Stringer.
func (b Begin) String() string { return "begin " + b.Key + " " + b.Request.Endpoint }

// String implements fmt.Stringer. The body is not in it.
func (f Finish) String() string { return "finish code=" + strconv.Itoa(f.Answer.Code) }

// String implements fmt.Stringer.
func (Reject) String() string { return "reject" }

// String implements fmt.Stringer.
func (Prune) String() string { return "prune" }
