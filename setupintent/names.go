package setupintent

import (
	"fmt"
	"strings"
)

func (Create) command() op              { return opCreate }
func (Update) command() op              { return opUpdate }
func (Confirm) command() op             { return opConfirm }
func (Cancel) command() op              { return opCancel }
func (VerifyMicrodeposits) command() op { return opVerify }
func (Approve) command() op             { return opApprove }
func (Challenge) command() op           { return opChallenge }
func (Decline) command() op             { return opDecline }
func (Submit) command() op              { return opSubmit }
func (Authenticate) command() op        { return opAuthenticate }
func (FailAction) command() op          { return opFailAction }
func (Collect) command() op             { return opCollect }
func (Postpone) command() op            { return opPostpone }
func (ExpireAction) command() op        { return opExpireAction }
func (Void) command() op                { return opVoid }

// Name implements Command.
func (Create) Name() CommandName { return opCreate.name() }

// Name implements Command.
func (Update) Name() CommandName { return opUpdate.name() }

// Name implements Command.
func (Confirm) Name() CommandName { return opConfirm.name() }

// Name implements Command.
func (Cancel) Name() CommandName { return opCancel.name() }

// Name implements Command.
func (VerifyMicrodeposits) Name() CommandName { return opVerify.name() }

// Name implements Command.
func (Approve) Name() CommandName { return opApprove.name() }

// Name implements Command.
func (Challenge) Name() CommandName { return opChallenge.name() }

// Name implements Command.
func (Decline) Name() CommandName { return opDecline.name() }

// Name implements Command.
func (Submit) Name() CommandName { return opSubmit.name() }

// Name implements Command.
func (Authenticate) Name() CommandName { return opAuthenticate.name() }

// Name implements Command.
func (FailAction) Name() CommandName { return opFailAction.name() }

// Name implements Command.
func (Collect) Name() CommandName { return opCollect.name() }

// Name implements Command.
func (Postpone) Name() CommandName { return opPostpone.name() }

// Name implements Command.
func (ExpireAction) Name() CommandName { return opExpireAction.name() }

// Name implements Command.
func (Void) Name() CommandName { return opVoid.name() }

// String implements fmt.Stringer.
func (c Create) String() string { return fmt.Sprintf("create %s usage=%s", c.ID, c.Usage) }

// String implements fmt.Stringer.
func (c Update) String() string { return fmt.Sprintf("update%s", c.summary()) }

// String implements fmt.Stringer.
func (c Confirm) String() string { return fmt.Sprintf("confirm%s", c.summary()) }

// String implements fmt.Stringer.
func (c Cancel) String() string { return fmt.Sprintf("cancel reason=%s", c.Reason) }

// String implements fmt.Stringer.
func (c VerifyMicrodeposits) String() string {
	return fmt.Sprintf("verify_microdeposits amounts=%v descriptor_code=%s outcome=%d", c.Amounts, c.DescriptorCode, c.Outcome)
}

// String implements fmt.Stringer.
func (Approve) String() string { return string(opApprove.name()) }

// String implements fmt.Stringer.
func (c Challenge) String() string { return fmt.Sprintf("challenge %s", c.NextAction) }

// String implements fmt.Stringer.
func (c Decline) String() string {
	return fmt.Sprintf("decline code=%s decline_code=%s", c.Failure.Code, c.Failure.DeclineCode)
}

// String implements fmt.Stringer.
func (c Submit) String() string { return fmt.Sprintf("submit ask_in=%s", c.AskIn) }

// String implements fmt.Stringer.
func (Authenticate) String() string { return string(opAuthenticate.name()) }

// String implements fmt.Stringer.
func (c FailAction) String() string { return fmt.Sprintf("fail_action code=%s", c.Failure.Code) }

// String implements fmt.Stringer.
func (Collect) String() string { return string(opCollect.name()) }

// String implements fmt.Stringer.
func (c Postpone) String() string { return fmt.Sprintf("postpone ask_in=%s", c.AskIn) }

// String implements fmt.Stringer.
func (ExpireAction) String() string { return string(opExpireAction.name()) }

// String implements fmt.Stringer.
func (c Void) String() string { return fmt.Sprintf("void owner=%s reason=%s", c.Owner, c.Reason) }

func (c Update) summary() string {
	var b strings.Builder
	if c.PaymentMethod.Given {
		fmt.Fprintf(&b, " payment_method=%s", c.PaymentMethod.Value.ID)
	}
	if c.Details != "" {
		fmt.Fprintf(&b, " %s", c.Details)
	}
	if c.Metadata != "" {
		fmt.Fprintf(&b, " metadata:%s", c.Metadata)
	}
	return b.String()
}

func (c Confirm) summary() string {
	var b strings.Builder
	if c.PaymentMethod.ID != "" {
		fmt.Fprintf(&b, " payment_method=%s", c.PaymentMethod.ID)
	}
	if c.Owner != "" {
		fmt.Fprintf(&b, " owner=%s", c.Owner)
	}
	if c.Publishable {
		b.WriteString(" publishable=true")
	}
	return b.String()
}

func (Created) event()            {}
func (Updated) event()            {}
func (Confirmed) event()          {}
func (ActionRequired) event()     {}
func (ActionCompleted) event()    {}
func (Approved) event()           {}
func (AttemptFailed) event()      {}
func (Submitted) event()          {}
func (Collected) event()          {}
func (VerificationFailed) event() {}
func (Postponed) event()          {}
func (Canceled) event()           {}

// Name implements Event.
func (Created) Name() string { return "setup_intent.created" }

// Name implements Event.
func (Updated) Name() string { return "setup_intent.updated" }

// Name implements Event.
func (Confirmed) Name() string { return "setup_intent.confirmed" }

// Name implements Event.
func (ActionRequired) Name() string { return "setup_intent.action_required" }

// Name implements Event.
func (ActionCompleted) Name() string { return "setup_intent.action_completed" }

// Name implements Event.
func (Approved) Name() string { return "setup_intent.approved" }

// Name implements Event.
func (AttemptFailed) Name() string { return "setup_intent.attempt_failed" }

// Name implements Event.
func (Submitted) Name() string { return "setup_intent.submitted" }

// Name implements Event.
func (Collected) Name() string { return "setup_intent.collected" }

// Name implements Event.
func (VerificationFailed) Name() string { return "setup_intent.verification_failed" }

// Name implements Event.
func (Postponed) Name() string { return "setup_intent.postponed" }

// Name implements Event.
func (Canceled) Name() string { return "setup_intent.canceled" }
