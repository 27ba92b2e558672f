package checkout

import "fmt"

func (Create) command() op       { return opCreate }
func (Update) command() op       { return opUpdate }
func (Expire) command() op       { return opExpire }
func (Submit) command() op       { return opSubmit }
func (Recover) command() op      { return opRecover }
func (Proceed) command() op      { return opProceed }
func (Reopen) command() op       { return opReopen }
func (Complete) command() op     { return opComplete }
func (ReportPaid) command() op   { return opPaid }
func (ReportFailed) command() op { return opFailed }
func (Lapse) command() op        { return opLapse }

// Name implements Command.
func (Create) Name() CommandName { return opCreate.name() }

// Name implements Command.
func (Update) Name() CommandName { return opUpdate.name() }

// Name implements Command.
func (Expire) Name() CommandName { return opExpire.name() }

// Name implements Command.
func (Submit) Name() CommandName { return opSubmit.name() }

// Name implements Command.
func (Recover) Name() CommandName { return opRecover.name() }

// Name implements Command.
func (Proceed) Name() CommandName { return opProceed.name() }

// Name implements Command.
func (Reopen) Name() CommandName { return opReopen.name() }

// Name implements Command.
func (Complete) Name() CommandName { return opComplete.name() }

// Name implements Command.
func (ReportPaid) Name() CommandName { return opPaid.name() }

// Name implements Command.
func (ReportFailed) Name() CommandName { return opFailed.name() }

// Name implements Command.
func (Lapse) Name() CommandName { return opLapse.name() }

// String implements fmt.Stringer.
func (c Create) String() string { return fmt.Sprintf("create %s mode=%s %s", c.ID, c.Mode, c.Details) }

// String implements fmt.Stringer.
func (c Update) String() string { return fmt.Sprintf("update %s metadata:%s", c.Details, c.Metadata) }

// String implements fmt.Stringer.
func (Expire) String() string { return string(opExpire.name()) }

// String implements fmt.Stringer.
func (c Submit) String() string {
	return fmt.Sprintf("submit payment_method=%s %s", c.PaymentMethod.ID, c.Buyer)
}

// String implements fmt.Stringer.
func (Recover) String() string { return string(opRecover.name()) }

// String implements fmt.Stringer.
func (Proceed) String() string { return string(opProceed.name()) }

// String implements fmt.Stringer.
func (Reopen) String() string { return string(opReopen.name()) }

// String implements fmt.Stringer.
func (c Complete) String() string {
	return fmt.Sprintf("complete payment_status=%s subscription=%s", c.PaymentStatus, c.Subscription)
}

// String implements fmt.Stringer.
func (c ReportPaid) String() string { return fmt.Sprintf("report_paid captured=%t", c.Captured) }

// String implements fmt.Stringer.
func (ReportFailed) String() string { return string(opFailed.name()) }

// String implements fmt.Stringer.
func (Lapse) String() string { return string(opLapse.name()) }

func (Created) event()        {}
func (Updated) event()        {}
func (Submitted) event()      {}
func (Proceeded) event()      {}
func (Reopened) event()       {}
func (Completed) event()      {}
func (PaymentArrived) event() {}
func (PaymentLost) event()    {}
func (Expired) event()        {}

// Name implements Event.
func (Created) Name() string { return evPre + "created" }

// Name implements Event.
func (Updated) Name() string { return evPre + "updated" }

// Name implements Event.
func (Submitted) Name() string { return evPre + "submitted" }

// Name implements Event.
func (Proceeded) Name() string { return evPre + "proceeded" }

// Name implements Event.
func (Reopened) Name() string { return evPre + "reopened" }

// Name implements Event.
func (Completed) Name() string { return evPre + "completed" }

// Name implements Event.
func (PaymentArrived) Name() string { return evPre + "payment_arrived" }

// Name implements Event.
func (PaymentLost) Name() string { return evPre + "payment_lost" }

// Name implements Event.
func (Expired) Name() string { return evPre + "expired" }
