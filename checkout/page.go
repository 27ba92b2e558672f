package checkout

import (
	"time"

	"github.com/payintent/intents"
)

// View is what a customer sees who opens the page of a session, or comes back to a
// page that was loaded before. It is a function of the state and the time: opening
// and leaving a page change nothing (facts 7).
type View string

const (
	// ViewNone means that there is no page, for there is no session.
	ViewNone View = ""
	// ViewForm asks for a payment method: the session can be submitted.
	ViewForm View = "form"
	// ViewWaiting says that an attempt is under way.
	ViewWaiting View = "waiting"
	// ViewFinished says that all is done, and leads on to [Session.SuccessURL].
	ViewFinished View = "finished"
	// ViewExpired says that the session is over.
	ViewExpired View = "expired"
)

// View returns what the customer sees at a time. An open session whose time is over
// shows as expired, even where the timer is late.
func (s *Session) View(now time.Time) View {
	switch s.Status {
	case StatusOpen:
		if intents.TimeOf(now) >= s.ExpiresAt {
			return ViewExpired
		}
		return ViewForm
	case StatusConfirming:
		return ViewWaiting
	case StatusComplete:
		return ViewFinished
	case StatusExpired:
		return ViewExpired
	case StatusNone:
	}
	return ViewNone
}

// CancelURL returns where the page's back link leads, or "" where there is none. It
// stays as it was given, and the session stays open (SPEC cancel_url; OBS-ISSUES).
func (s *Session) CancelURL() string { return s.Detail(KeyCancelURL) }

// NextAction returns what the customer of the flow has to do, as its intent has it, or
// "" where nothing is asked.
func (f *Flow) NextAction() intents.NextAction {
	if f.Session.Mode == Setup {
		return f.Setup.NextAction
	}
	return f.Payment.NextAction
}

// LastError returns why the last attempt failed, as the flow's intent has it, or "".
func (f *Flow) LastError() intents.LastError {
	if f.Session.Mode == Setup {
		return f.Setup.LastSetupError
	}
	return f.Payment.LastPaymentError
}
