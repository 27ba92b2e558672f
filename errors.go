package intents

import "strings"

// StateError refuses a command because of the status that the object is in. The
// command might be fine at another time. Nothing has changed.
//
// Stripe answers with HTTP 400, type invalid_request_error and Code.
type StateError struct {
	// Object is Stripe's name for the kind of object, such as payment_intent.
	Object string
	// Command is the refused command, such as capture.
	Command string
	// Status is the status that the object is in.
	Status string
	// Code is Stripe's error code, such as payment_intent_unexpected_state.
	Code string
	// Param names the parameter that can't be used in this status, or is empty.
	Param string
	// Allowed lists the statuses in which the command is legal.
	Allowed []string
	// Legal lists the commands that are legal in Status.
	Legal []string
	// Message is what Stripe would say where that is known, else empty.
	Message string
}

// Error implements error.
func (e *StateError) Error() string {
	if e.Message != "" {
		return e.Message
	}
	status := e.Status
	if status == "" {
		status = "not yet created"
	}
	s := e.Object + ": " + e.Command + " is not allowed in status " + status
	if len(e.Allowed) > 0 {
		s += "; it is allowed in " + strings.Join(e.Allowed, ", ")
	}
	return s
}

// InvalidError refuses a command because of what it contains, or a state because
// it breaks an invariant. Nothing has changed.
//
// Stripe answers with HTTP 400 and type invalid_request_error, or with HTTP 404
// where Code is resource_missing.
type InvalidError struct {
	// Param names the parameter (for a state: the field) that is wrong, in Stripe's spelling.
	Param string
	// Code is Stripe's error code, or empty where Stripe sends none.
	Code string
	// Message says what is wrong.
	Message string
}

// CodeCorruptState is the code of an InvalidError about a stored state that
// breaks an invariant of its machine. It is this library's own.
const CodeCorruptState = "corrupt_state"

// Error implements error.
func (e *InvalidError) Error() string {
	s := e.Message
	if e.Param != "" {
		s = e.Param + ": " + s
	}
	if e.Code != "" {
		s += " (" + e.Code + ")"
	}
	return s
}
