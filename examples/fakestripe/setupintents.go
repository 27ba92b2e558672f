package fakestripe

import (
	"github.com/payintent/intents"
	"github.com/payintent/intents/examples/internal/form"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/webhook"
)

// setup returns the SetupIntent that the path names.
func (x *tx) setup(r *request) (setupintent.Intent, error) {
	s, ok := get[setupintent.Intent](x, tableSetups, r.vars[0])
	if !ok {
		return s, missing("setupintent", r.vars[0], "intent")
	}
	return s, x.secret(r, s.Details, "SetupIntent")
}

func (x *tx) toldSetup(t setupintent.Transition) (reply, error) {
	x.confirmed(t.After.ID)
	if status, body, ok := webhook.DeclinedSetup(t, x.r.errorContext()); ok {
		return reply{status: status, body: body}, nil
	}
	return x.view(webhook.SetupIntent{Intent: t.After})
}

func withSetup(c *webhook.ErrorContext, s setupintent.Intent) { c.SetupIntent.Intent = s }

func createSetup(x *tx, r *request) (reply, error) {
	f, err := x.methodData(r.form)
	if err != nil {
		return reply{}, err
	}
	create, confirm, err := form.CreateSetupIntent(f.Without("allowed_payment_method_types").Without("excluded_payment_method_types"), r.version, x.method)
	if err != nil {
		return reply{}, err
	}
	create.ID = x.s.ids.object("seti_", x.at())
	create.Details, _ = create.Details.With(setupintent.KeyClientSecret, create.ID+"_secret_"+x.s.ids.text(31))
	customer, _ := create.Details.Get(setupintent.KeyCustomer)
	if err := x.customerIs(customer); err != nil {
		return reply{}, err
	}
	if create.PaymentMethodTypes == 0 && !r.version.Before(intents.Version20230816) {
		create.AutomaticPaymentMethods = true // the default since then
	}
	if create.AutomaticPaymentMethods {
		if create.Offered, err = x.s.offered(f, ""); err != nil {
			return reply{}, err
		}
	}
	t, err := x.applySetup(setupintent.Intent{}, append([]setupintent.Command{create}, confirm...)...)
	if err != nil {
		return reply{}, err
	}
	return x.toldSetup(t)
}

func retrieveSetup(x *tx, r *request) (reply, error) {
	s, err := x.setup(r)
	if err == nil {
		err = form.NewReader(r.form.Without("client_secret")).Done()
	}
	if err != nil {
		return reply{}, err
	}
	return x.view(webhook.SetupIntent{Intent: s})
}

// commandSetup gives an intent that is there a command, and answers.
func (x *tx) commandSetup(s setupintent.Intent, c setupintent.Command) (reply, error) {
	t, err := x.applySetup(s, c)
	if err != nil {
		return reply{}, aboutSetup(s, err)
	}
	return x.toldSetup(t)
}

func updateSetup(x *tx, r *request) (reply, error) {
	s, err := x.setup(r)
	if err != nil {
		return reply{}, err
	}
	f, err := x.methodData(r.form.Without("allowed_payment_method_types").Without("excluded_payment_method_types"))
	if err != nil {
		return reply{}, err
	}
	u, err := form.UpdateSetupIntent(f, s, x.method)
	if err != nil {
		return reply{}, err
	}
	if customer, ok := u.Details.Get(setupintent.KeyCustomer); ok {
		if err := x.customerIs(customer); err != nil {
			return reply{}, err
		}
	}
	return x.commandSetup(s, u)
}

func confirmSetup(x *tx, r *request) (reply, error) {
	s, err := x.setup(r)
	if err != nil {
		return reply{}, err
	}
	f, err := x.methodData(r.form)
	if err != nil {
		return reply{}, err
	}
	c, err := form.ConfirmSetupIntent(f, s, x.method)
	if err != nil {
		return reply{}, err
	}
	if now, ok := get[methodRow](x, tableMethods, s.PaymentMethod.ID); ok && c.PaymentMethod.IsZero() {
		c.PaymentMethod = now.PaymentMethod
	}
	c.Publishable = r.publishable
	return x.commandSetup(s, c)
}

func cancelSetup(x *tx, r *request) (reply, error) {
	s, err := x.setup(r)
	if err != nil {
		return reply{}, err
	}
	c, err := form.CancelSetupIntent(r.form)
	if err != nil {
		return reply{}, err
	}
	return x.commandSetup(s, c)
}

func verifySetup(x *tx, r *request) (reply, error) {
	s, err := x.setup(r)
	if err != nil {
		return reply{}, err
	}
	amounts, code, err := form.Microdeposits(r.form)
	if err != nil {
		return reply{}, err
	}
	return x.commandSetup(s, setupintent.Simulator{Chooser: x.s.world}.Verify(amounts, code))
}

func listSetups(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	p := readPage(in)
	customer, pm, self := in.Text("customer"), in.Text("payment_method"), in.Boolean("attach_to_self")
	in.Drop("customer_account")
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	if err := x.customerIs(customer); err != nil {
		return reply{}, err
	}
	return list(x, r, p, listing[setupintent.Intent]{
		table: tableSetups, noun: "setupintent", url: r.path,
		created: func(s setupintent.Intent) intents.Time { return s.Created },
		keep: func(s setupintent.Intent) bool {
			own, _ := s.Details.Get(setupintent.KeyAttachToSelf)
			return (customer == "" || s.Customer() == customer) && (pm == "" || s.PaymentMethod.ID == pm) && (!self.Given || self.Value == (own == "true"))
		},
		render: func(_ *tx, s setupintent.Intent) webhook.Object { return webhook.SetupIntent{Intent: s} },
	})
}

func listAttempts(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	p := readPage(in)
	id := in.Needed("setup_intent")
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	if _, ok := get[setupintent.Intent](x, tableSetups, id); !ok {
		return reply{}, absent("setupintent", id, "setup_intent")
	}
	return list(x, r, p, listing[attemptRow]{
		table: tableAttempts, noun: "setupattempt", url: r.path,
		created: func(a attemptRow) intents.Time { return a.Created },
		keep:    func(a attemptRow) bool { return a.Intent == id },
		render:  func(_ *tx, a attemptRow) webhook.Object { return a.object() },
	})
}

func (a attemptRow) object() webhook.Object {
	return webhook.SetupAttempt{Attempt: a.Attempt, SetupIntent: a.Intent}
}

func retrieveMandate(x *tx, r *request) (reply, error) {
	o, ok := x.find(r.vars[0])
	if _, is := get[string](x, tableMandates, r.vars[0]); !is || !ok {
		return reply{}, missing("mandate", r.vars[0], "mandate")
	}
	if err := form.NewReader(r.form).Done(); err != nil {
		return reply{}, err
	}
	return x.ok(o)
}
