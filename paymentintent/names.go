package paymentintent

import (
	"fmt"
	"strings"
)

func (Create) command() op                 { return opCreate }
func (Update) command() op                 { return opUpdate }
func (Confirm) command() op                { return opConfirm }
func (Capture) command() op                { return opCapture }
func (Cancel) command() op                 { return opCancel }
func (IncrementAuthorization) command() op { return opIncrement }
func (ApplyCustomerBalance) command() op   { return opApplyBalance }
func (VerifyMicrodeposits) command() op    { return opVerify }
func (Refund) command() op                 { return opRefund }
func (Approve) command() op                { return opApprove }
func (Challenge) command() op              { return opChallenge }
func (Decline) command() op                { return opDecline }
func (Submit) command() op                 { return opSubmit }
func (Notify) command() op                 { return opNotify }
func (Authenticate) command() op           { return opAuthenticate }
func (FailAction) command() op             { return opFailAction }
func (Fund) command() op                   { return opFund }
func (Collect) command() op                { return opCollect }
func (Settle) command() op                 { return opSettle }
func (Postpone) command() op               { return opPostpone }
func (CloseWindow) command() op            { return opCloseWindow }
func (ReportRefund) command() op           { return opReportRefund }
func (Dispute) command() op                { return opDispute }
func (ReverseAuthorization) command() op   { return opReverse }
func (ExpireAuthorization) command() op    { return opExpireAuthorization }
func (ExpireAction) command() op           { return opExpireAction }
func (Void) command() op                   { return opVoid }

// Name implements Command.
func (Create) Name() CommandName { return opCreate.name() }

// Name implements Command.
func (Update) Name() CommandName { return opUpdate.name() }

// Name implements Command.
func (Confirm) Name() CommandName { return opConfirm.name() }

// Name implements Command.
func (Capture) Name() CommandName { return opCapture.name() }

// Name implements Command.
func (Cancel) Name() CommandName { return opCancel.name() }

// Name implements Command.
func (IncrementAuthorization) Name() CommandName { return opIncrement.name() }

// Name implements Command.
func (ApplyCustomerBalance) Name() CommandName { return opApplyBalance.name() }

// Name implements Command.
func (VerifyMicrodeposits) Name() CommandName { return opVerify.name() }

// Name implements Command.
func (Refund) Name() CommandName { return opRefund.name() }

// Name implements Command.
func (Approve) Name() CommandName { return opApprove.name() }

// Name implements Command.
func (Challenge) Name() CommandName { return opChallenge.name() }

// Name implements Command.
func (Decline) Name() CommandName { return opDecline.name() }

// Name implements Command.
func (Submit) Name() CommandName { return opSubmit.name() }

// Name implements Command.
func (Notify) Name() CommandName { return opNotify.name() }

// Name implements Command.
func (Authenticate) Name() CommandName { return opAuthenticate.name() }

// Name implements Command.
func (FailAction) Name() CommandName { return opFailAction.name() }

// Name implements Command.
func (Fund) Name() CommandName { return opFund.name() }

// Name implements Command.
func (Collect) Name() CommandName { return opCollect.name() }

// Name implements Command.
func (Settle) Name() CommandName { return opSettle.name() }

// Name implements Command.
func (Postpone) Name() CommandName { return opPostpone.name() }

// Name implements Command.
func (CloseWindow) Name() CommandName { return opCloseWindow.name() }

// Name implements Command.
func (ReportRefund) Name() CommandName { return opReportRefund.name() }

// Name implements Command.
func (Dispute) Name() CommandName { return opDispute.name() }

// Name implements Command.
func (ReverseAuthorization) Name() CommandName { return opReverse.name() }

// Name implements Command.
func (ExpireAuthorization) Name() CommandName { return opExpireAuthorization.name() }

// Name implements Command.
func (ExpireAction) Name() CommandName { return opExpireAction.name() }

// Name implements Command.
func (Void) Name() CommandName { return opVoid.name() }

// String implements fmt.Stringer.
func (c Create) String() string {
	return fmt.Sprintf("create %s amount=%d %s", c.ID, c.Amount, c.Currency)
}

// String implements fmt.Stringer.
func (c Update) String() string { return fmt.Sprintf("update%s", c.summary()) }

// String implements fmt.Stringer.
func (c Confirm) String() string { return fmt.Sprintf("confirm%s", c.summary()) }

// String implements fmt.Stringer.
func (c Capture) String() string { return fmt.Sprintf("capture%s", c.summary()) }

// String implements fmt.Stringer.
func (c Cancel) String() string { return fmt.Sprintf("cancel reason=%s", c.Reason) }

// String implements fmt.Stringer.
func (c IncrementAuthorization) String() string {
	return fmt.Sprintf("increment_authorization amount=%d declined=%t", c.Amount, c.Declined)
}

// String implements fmt.Stringer.
func (c ApplyCustomerBalance) String() string {
	return fmt.Sprintf("apply_customer_balance amount=%d", c.Amount.Value)
}

// String implements fmt.Stringer.
func (c VerifyMicrodeposits) String() string {
	return fmt.Sprintf("verify_microdeposits amounts=%v descriptor_code=%s outcome=%d", c.Amounts, c.DescriptorCode, c.Outcome)
}

// String implements fmt.Stringer.
func (c Refund) String() string {
	return fmt.Sprintf("refund amount=%d pending=%t", c.Amount, c.Pending)
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
func (c Submit) String() string {
	return fmt.Sprintf("submit ask_in=%s cancelable=%t", c.AskIn, c.Cancelable)
}

// String implements fmt.Stringer.
func (c Notify) String() string { return fmt.Sprintf("notify completes_in=%s", c.CompletesIn) }

// String implements fmt.Stringer.
func (Authenticate) String() string { return string(opAuthenticate.name()) }

// String implements fmt.Stringer.
func (c FailAction) String() string { return fmt.Sprintf("fail_action code=%s", c.Failure.Code) }

// String implements fmt.Stringer.
func (c Fund) String() string { return fmt.Sprintf("fund amount=%d", c.Amount) }

// String implements fmt.Stringer.
func (Collect) String() string { return string(opCollect.name()) }

// String implements fmt.Stringer.
func (Settle) String() string { return string(opSettle.name()) }

// String implements fmt.Stringer.
func (c Postpone) String() string { return fmt.Sprintf("postpone ask_in=%s", c.AskIn) }

// String implements fmt.Stringer.
func (CloseWindow) String() string { return string(opCloseWindow.name()) }

// String implements fmt.Stringer.
func (c ReportRefund) String() string {
	return fmt.Sprintf("report_refund number=%d status=%s", c.Number, c.Status)
}

// String implements fmt.Stringer.
func (c Dispute) String() string { return fmt.Sprintf("dispute reason=%s", c.Reason) }

// String implements fmt.Stringer.
func (ReverseAuthorization) String() string { return string(opReverse.name()) }

// String implements fmt.Stringer.
func (ExpireAuthorization) String() string { return string(opExpireAuthorization.name()) }

// String implements fmt.Stringer.
func (ExpireAction) String() string { return string(opExpireAction.name()) }

// String implements fmt.Stringer.
func (c Void) String() string { return fmt.Sprintf("void reason=%s", c.Reason) }

func (c Update) summary() string {
	var b strings.Builder
	if c.Amount.Given {
		fmt.Fprintf(&b, " amount=%d", c.Amount.Value)
	}
	if c.Currency.Given {
		fmt.Fprintf(&b, " currency=%s", c.Currency.Value)
	}
	if c.CaptureMethod.Given {
		fmt.Fprintf(&b, " capture_method=%s", c.CaptureMethod.Value)
	}
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
	if c.OffSession {
		b.WriteString(" off_session=true")
	}
	if c.ErrorOnRequiresAction {
		b.WriteString(" error_on_requires_action=true")
	}
	if c.CaptureMethod != "" {
		fmt.Fprintf(&b, " capture_method=%s", c.CaptureMethod)
	}
	return b.String()
}

func (c Capture) summary() string {
	var b strings.Builder
	if c.AmountToCapture.Given {
		fmt.Fprintf(&b, " amount_to_capture=%d", c.AmountToCapture.Value)
	}
	if c.FinalCapture.Given {
		fmt.Fprintf(&b, " final_capture=%t", c.FinalCapture.Value)
	}
	return b.String()
}

func (Created) event()                  {}
func (Updated) event()                  {}
func (Confirmed) event()                {}
func (ActionRequired) event()           {}
func (ActionCompleted) event()          {}
func (Approved) event()                 {}
func (AttemptFailed) event()            {}
func (Submitted) event()                {}
func (CustomerNotified) event()         {}
func (Collected) event()                {}
func (BalanceApplied) event()           {}
func (PartiallyFunded) event()          {}
func (Captured) event()                 {}
func (CaptureSubmitted) event()         {}
func (Settled) event()                  {}
func (AuthorizationIncremented) event() {}
func (IncrementDeclined) event()        {}
func (VerificationFailed) event()       {}
func (Postponed) event()                {}
func (WindowClosed) event()             {}
func (Canceled) event()                 {}
func (AuthorizationExpired) event()     {}
func (Refunded) event()                 {}
func (RefundUpdated) event()            {}
func (DisputeOpened) event()            {}

// Name implements Event.
func (Created) Name() string { return "payment_intent.created" }

// Name implements Event.
func (Updated) Name() string { return "payment_intent.updated" }

// Name implements Event.
func (Confirmed) Name() string { return "payment_intent.confirmed" }

// Name implements Event.
func (ActionRequired) Name() string { return "payment_intent.action_required" }

// Name implements Event.
func (ActionCompleted) Name() string { return "payment_intent.action_completed" }

// Name implements Event.
func (Approved) Name() string { return "payment_intent.approved" }

// Name implements Event.
func (AttemptFailed) Name() string { return "payment_intent.attempt_failed" }

// Name implements Event.
func (Submitted) Name() string { return "payment_intent.submitted" }

// Name implements Event.
func (CustomerNotified) Name() string { return "payment_intent.customer_notified" }

// Name implements Event.
func (Collected) Name() string { return "payment_intent.collected" }

// Name implements Event.
func (BalanceApplied) Name() string { return "payment_intent.balance_applied" }

// Name implements Event.
func (PartiallyFunded) Name() string { return "payment_intent.partially_funded" }

// Name implements Event.
func (Captured) Name() string { return "payment_intent.captured" }

// Name implements Event.
func (CaptureSubmitted) Name() string { return "payment_intent.capture_submitted" }

// Name implements Event.
func (Settled) Name() string { return "payment_intent.settled" }

// Name implements Event.
func (AuthorizationIncremented) Name() string { return "payment_intent.authorization_incremented" }

// Name implements Event.
func (IncrementDeclined) Name() string { return "payment_intent.increment_declined" }

// Name implements Event.
func (VerificationFailed) Name() string { return "payment_intent.verification_failed" }

// Name implements Event.
func (Postponed) Name() string { return "payment_intent.postponed" }

// Name implements Event.
func (WindowClosed) Name() string { return "payment_intent.window_closed" }

// Name implements Event.
func (Canceled) Name() string { return "payment_intent.canceled" }

// Name implements Event.
func (AuthorizationExpired) Name() string { return "payment_intent.authorization_expired" }

// Name implements Event.
func (Refunded) Name() string { return "payment_intent.refunded" }

// Name implements Event.
func (RefundUpdated) Name() string { return "payment_intent.refund_updated" }

// Name implements Event.
func (DisputeOpened) Name() string { return "payment_intent.dispute_opened" }
