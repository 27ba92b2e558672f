package delivery

import (
	"fmt"
	"strconv"
)

// Command is what a delivery can be told. The commands are the types of this package
// that have this interface's methods; nil and pointers to them are refused with an
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
	opCreate op = iota
	opAttempt
	opRespond
	opMiss
	opAbandon
	opResend
	ops
)

// Create begins the delivery of an event to an endpoint; [Fan] makes it. The first
// attempt is due at once.
type Create struct {
	// ID is the new delivery's id; see the function [ID].
	ID string `json:"id,omitzero"`
	// Endpoint is the endpoint's id.
	Endpoint string `json:"endpoint,omitzero"`
	// Body is the rendered event, which every attempt sends to the byte.
	Body string `json:"body,omitzero"`
}

// Attempt is time's word that the next automatic attempt is due.
type Attempt struct{}

// Respond reports that the endpoint answered the attempt under way.
type Respond struct {
	// Code is the HTTP status. Any 2xx is a success and anything else is a failure, a
	// redirect too (DOC-WH).
	Code int `json:"code,omitzero"`
}

// Miss reports that the attempt under way got no answer.
type Miss struct {
	// Reason is ReasonTimeout or ReasonConnection.
	Reason Reason `json:"reason,omitzero"`
}

// Abandon reports that the attempt under way was not made, since its endpoint is no more.
type Abandon struct {
	// Reason is ReasonDisabled or ReasonDeleted.
	Reason Reason `json:"reason,omitzero"`
}

// Resend asks for a manual attempt. Whatever its outcome, the automatic ones go on.
type Resend struct{}

func (Create) command() op  { return opCreate }
func (Attempt) command() op { return opAttempt }
func (Respond) command() op { return opRespond }
func (Miss) command() op    { return opMiss }
func (Abandon) command() op { return opAbandon }
func (Resend) command() op  { return opResend }

// Name implements Command.
func (Create) Name() CommandName { return opCreate.name() }

// Name implements Command.
func (Attempt) Name() CommandName { return opAttempt.name() }

// Name implements Command.
func (Respond) Name() CommandName { return opRespond.name() }

// Name implements Command.
func (Miss) Name() CommandName { return opMiss.name() }

// Name implements Command.
func (Abandon) Name() CommandName { return opAbandon.name() }

// Name implements Command.
func (Resend) Name() CommandName { return opResend.name() }

// String implements fmt.Stringer. The body is not in it.
func (c Create) String() string { return "create " + c.ID + " endpoint=" + c.Endpoint }

// String implements fmt.Stringer.
func (Attempt) String() string { return "attempt" }

// String implements fmt.Stringer.
func (r Respond) String() string { return "respond code=" + strconv.Itoa(r.Code) }

// String implements fmt.Stringer.
func (m Miss) String() string { return "miss reason=" + string(m.Reason) }

// String implements fmt.Stringer.
func (a Abandon) String() string { return "abandon reason=" + string(a.Reason) }

// String implements fmt.Stringer.
func (Resend) String() string { return "resend" }
