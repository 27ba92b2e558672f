package checkout_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/paymentintent"
)

const badText = "\xff"

// TestBadInput gives the machine what it must refuse: each with its class of
// refusal, its parameter and its code, and nothing changes.
func TestBadInput(t *testing.T) {
	s := samples(t)
	change := func(f func(c *checkout.Create)) checkout.Command { return create(t, f) }
	setup := func(f func(c *checkout.Create)) checkout.Command { return createSetup(t, f) }
	line := func(f func(l *checkout.LineItem)) checkout.LineItems {
		l := shirt()
		f(&l)
		return items(t, l)
	}
	lines := func(n int, l checkout.LineItem) checkout.LineItems {
		return items(t, slices.Repeat([]checkout.LineItem{l}, n)...)
	}
	submit := func(f func(c *checkout.Submit)) checkout.Command {
		c := pay(t, "pm_card_visa")
		f(&c)
		return c
	}
	method := func(f func(pm *intents.PaymentMethod)) checkout.Command {
		return submit(func(c *checkout.Submit) { f(&c.PaymentMethod) })
	}
	at := func(d time.Duration) intents.Time { return intents.TimeOf(start.Add(d)) }
	none, waits := s[""][0], s[open][0]
	const contents, state = "contents", "status of checkout.session"
	told := map[string]string{}
	for name, c := range map[string]struct {
		in                 checkout.Session
		command            checkout.Command
		class, param, code string
	}{
		"no id":                         {none, change(func(c *checkout.Create) { c.ID = "" }), contents, "id", "parameter_missing"},
		"id that is no text":            {none, change(func(c *checkout.Create) { c.ID = "cs_" + badText }), contents, "id", ""},
		"id of another object":          {none, change(func(c *checkout.Create) { c.ID = "pi_1" }), contents, "id", ""},
		"no mode":                       {none, change(func(c *checkout.Create) { c.Mode = "" }), contents, "mode", "parameter_missing"},
		"unknown mode":                  {none, change(func(c *checkout.Create) { c.Mode = "gift" }), contents, "mode", ""},
		"unknown ui_mode":               {none, change(func(c *checkout.Create) { c.UIMode = "hosted" }), contents, "ui_mode", ""},
		"no version":                    {none, change(func(c *checkout.Create) { c.APIVersion = "today" }), contents, "Stripe-Version", ""},
		"setup without currency":        {none, setup(func(c *checkout.Create) { c.Currency = "" }), contents, "currency", "parameter_missing"},
		"setup in unknown currency":     {none, setup(func(c *checkout.Create) { c.Currency = "xxx" }), contents, "currency", ""},
		"setup with line items":         {none, setup(func(c *checkout.Create) { c.LineItems = lines(1, shirt()) }), contents, "line_items", ""},
		"setup with a delivery":         {none, setup(func(c *checkout.Create) { c.Shipping = 1 }), contents, "shipping_options", ""},
		"currency of no line":           {none, change(func(c *checkout.Create) { c.Currency = "eur" }), contents, "line_items[0][price_data][currency]", ""},
		"unknown currency":              {none, change(func(c *checkout.Create) { c.Currency = "xxx" }), contents, "currency", ""},
		"expires too early":             {none, change(func(c *checkout.Create) { c.ExpiresAt = at(30*time.Minute - time.Second) }), contents, "expires_at", ""},
		"expires too late":              {none, change(func(c *checkout.Create) { c.ExpiresAt = at(24*time.Hour + time.Second) }), contents, "expires_at", ""},
		"expires in the past":           {none, change(func(c *checkout.Create) { c.ExpiresAt = 1 }), contents, "expires_at", ""},
		"expires never":                 {none, change(func(c *checkout.Create) { c.ExpiresAt = 1<<63 - 1 }), contents, "expires_at", ""},
		"expires before time began":     {none, change(func(c *checkout.Create) { c.ExpiresAt = -1 << 63 }), contents, "expires_at", ""},
		"no line items":                 {none, change(func(c *checkout.Create) { c.LineItems = "" }), contents, "line_items", "parameter_missing"},
		"line items that are none":      {none, change(func(c *checkout.Create) { c.LineItems = "a=b" }), contents, "line_items[0][price_data][currency]", ""},
		"line items not canonical":      {none, change(func(c *checkout.Create) { c.LineItems = "b=1&a=2" }), contents, "line_items", ""},
		"line items with something new": {none, change(func(c *checkout.Create) { c.LineItems = "colour=red&" + c.LineItems }), contents, "line_items", ""},
		"an empty line":                 {none, change(func(c *checkout.Create) { c.LineItems += "\n" }), contents, "line_items[1][price_data][currency]", ""},
		"101 lines":                     {none, change(func(c *checkout.Create) { c.LineItems = lines(101, shirt()) }), contents, "line_items", ""},
		"21 recurring lines":            {none, createSubscription(t, func(c *checkout.Create) { c.LineItems = lines(21, coffee()) }), contents, "line_items", ""},
		"21 one-time lines": {none, createSubscription(t, func(c *checkout.Create) {
			c.LineItems = items(t, append(slices.Repeat([]checkout.LineItem{shirt()}, 21), coffee())...)
		}), contents, "line_items", ""},
		"a subscription to nothing": {none, createSubscription(t, func(c *checkout.Create) { c.LineItems = lines(1, shirt()) }), contents, "line_items", ""},
		"a payment that recurs":     {none, change(func(c *checkout.Create) { c.LineItems = lines(1, coffee()) }), contents, "line_items[0][price]", ""},
		"total below the minimum":   {none, change(func(c *checkout.Create) { c.LineItems = line(func(l *checkout.LineItem) { l.UnitAmount = 49 }) }), contents, "", "amount_too_small"},
		"discounted below it": {none, change(func(c *checkout.Create) {
			c.LineItems = line(func(l *checkout.LineItem) { l.Discount = 1050 })
		}), contents, "", "amount_too_small"},
		"total above the maximum": {none, change(func(c *checkout.Create) {
			c.LineItems = line(func(l *checkout.LineItem) { l.UnitAmount, l.Tax = 99_999_999, 1 })
		}), contents, "", "amount_too_large"},
		"delivery above the maximum": {none, change(func(c *checkout.Create) { c.Shipping = 99_999_999 }), contents, "", "amount_too_large"},
		"subscription above all": {none, createSubscription(t, func(c *checkout.Create) {
			l := coffee()
			l.UnitAmount = 999_999_999_999
			c.LineItems = lines(2, l)
		}), contents, "line_items", "amount_too_large"},
		"delivery below zero":            {none, change(func(c *checkout.Create) { c.Shipping = -1 }), contents, "shipping_options[0][shipping_rate_data][fixed_amount][amount]", "parameter_invalid_integer"},
		"delivery beyond counting":       {none, change(func(c *checkout.Create) { c.Shipping = 1<<63 - 1 }), contents, "shipping_options[0][shipping_rate_data][fixed_amount][amount]", "parameter_invalid_integer"},
		"free before 2023-08-16":         {none, change(func(c *checkout.Create) { free(c); c.APIVersion = intents.Version20221115 }), contents, "", "amount_too_small"},
		"details not canonical":          {none, change(func(c *checkout.Create) { c.Details = "b=1&a=2" }), contents, "details", ""},
		"unknown parameter":              {none, change(with("colour=red")), contents, "colour", "parameter_unknown"},
		"no success_url":                 {none, change(func(c *checkout.Create) { c.Details = "" }), contents, "success_url", "parameter_missing"},
		"customer and email":             {none, change(with("customer=cus_1&customer_email=a")), contents, "customer_email", "parameters_exclusive"},
		"reference too long":             {none, change(with("client_reference_id=" + intents.Pairs(strings.Repeat("x", 201)))), contents, "client_reference_id", ""},
		"four custom fields":             {none, change(with("custom_fields[0][key]=a&custom_fields[1][key]=b&custom_fields[2][key]=c&custom_fields[3][key]=d")), contents, "custom_fields", ""},
		"two discounts":                  {none, change(with("discounts[0][coupon]=a&discounts[1][coupon]=b")), contents, "discounts", ""},
		"six deliveries":                 {none, change(with("shipping_options[0]=a&shipping_options[1]=b&shipping_options[2]=c&shipping_options[3]=d&shipping_options[4]=e&shipping_options[5]=f")), contents, "shipping_options", ""},
		"metadata not canonical":         {none, change(func(c *checkout.Create) { c.Metadata = "=" }), contents, "metadata", ""},
		"metadata of the intent":         {none, change(with("payment_intent_data[metadata][" + intents.Pairs(strings.Repeat("x", 41)) + "]=a")), contents, "payment_intent_data[metadata]", ""},
		"fee above the total":            {none, change(with("payment_intent_data[application_fee_amount]=1100")), contents, "payment_intent_data[application_fee_amount]", "amount_too_large"},
		"transfer to nobody":             {none, change(with("payment_intent_data[transfer_data][amount]=5")), contents, "payment_intent_data[transfer_data][destination]", "parameter_missing"},
		"recovery, perhaps":              {none, change(with("after_expiration[recovery][enabled]=TRUE")), contents, "after_expiration[recovery][enabled]", ""},
		"codes at recovery, perhaps":     {none, change(with("after_expiration[recovery][allow_promotion_codes]=1")), contents, "after_expiration[recovery][allow_promotion_codes]", ""},
		"taxes, perhaps":                 {none, change(with("automatic_tax[enabled]=yes")), contents, "automatic_tax[enabled]", ""},
		"terms, perhaps":                 {none, change(with("consent_collection[terms_of_service]=true")), contents, "consent_collection[terms_of_service]", ""},
		"an invoice, perhaps":            {none, change(with("invoice_creation[enabled]=on")), contents, "invoice_creation[enabled]", ""},
		"a telephone, perhaps":           {none, change(with("phone_number_collection[enabled]=1")), contents, "phone_number_collection[enabled]", ""},
		"a bracket that stays open":      {none, change(with("payment_intent_data[description=a")), contents, "payment_intent_data[description", "parameter_unknown"},
		"the intent's customer":          {none, change(with("payment_intent_data[customer]=cus_2")), contents, "payment_intent_data[customer]", "parameter_unknown"},
		"usage of the setup":             {none, setup(with("setup_intent_data[usage]=on_session")), contents, "setup_intent_data[usage]", "parameter_unknown"},
		"types of endive":                {none, change(func(c *checkout.Create) { c.APIVersion, c.PaymentMethodTypes = intents.VersionEndive, methods() }), contents, "payment_method_types", "payment_method_types_no_longer_supported"},
		"unknown types":                  {none, change(func(c *checkout.Create) { c.PaymentMethodTypes = 1 << 63 }), contents, "payment_method_types", ""},
		"types of another currency":      {none, change(func(c *checkout.Create) { c.PaymentMethodTypes = intents.TypesOf(intents.Ideal) }), contents, "payment_method_types", ""},
		"no types at all":                {none, change(func(c *checkout.Create) { c.Settings.Types = intents.TypesOf(intents.Ideal) }), contents, "payment_method_types", ""},
		"unknown customer_creation":      {none, change(func(c *checkout.Create) { c.CustomerCreation = "maybe" }), contents, "customer_creation", ""},
		"recovered from itself":          {none, change(func(c *checkout.Create) { c.RecoveredFrom = c.ID }), contents, "recovered_from", ""},
		"recovered from no text":         {none, change(func(c *checkout.Create) { c.RecoveredFrom = badText }), contents, "recovered_from", ""},
		"a second creation":              {waits, create(t), state, "", ""},
		"submit without a method":        {waits, submit(func(c *checkout.Submit) { c.PaymentMethod = intents.PaymentMethod{} }), contents, "payment_method", "parameter_missing"},
		"method without an id":           {waits, method(func(pm *intents.PaymentMethod) { pm.ID = "" }), contents, "payment_method", "parameter_missing"},
		"method of no type":              {waits, method(func(pm *intents.PaymentMethod) { pm.Type = 200 }), contents, "payment_method", "parameter_missing"},
		"method that is not offered":     {waits, method(func(pm *intents.PaymentMethod) { pm.Type = intents.Oxxo }), contents, "payment_method", ""},
		"method that is spent":           {waits, method(func(pm *intents.PaymentMethod) { pm.Spent = true }), contents, "payment_method", ""},
		"method of a stranger":           {waits, method(func(pm *intents.PaymentMethod) { pm.Customer = "cus_2" }), contents, "payment_method", ""},
		"method's id no text":            {waits, method(func(pm *intents.PaymentMethod) { pm.ID = badText }), contents, "payment_method", ""},
		"method's details":               {waits, method(func(pm *intents.PaymentMethod) { pm.Details = "x" }), contents, "payment_method", ""},
		"another amount":                 {waits, submit(func(c *checkout.Submit) { c.ExpectedAmount = intents.Some[int64](1100) }), contents, "expected_amount", ""},
		"buyer not canonical":            {waits, submit(func(c *checkout.Submit) { c.Buyer = "phone=1&email=2" }), contents, "customer_details", ""},
		"buyer with something new":       {waits, submit(func(c *checkout.Submit) { c.Buyer = "colour=red" }), contents, "customer_details[colour]", "parameter_unknown"},
		"buyer that accepts for himself": {waits, submit(func(c *checkout.Submit) { c.Buyer = "terms_of_service=accepted" }), contents, "customer_details[terms_of_service]", "parameter_unknown"},
		"buyer that is no text":          {waits, submit(func(c *checkout.Submit) { c.Buyer = "email=" + badText }), contents, "customer_details[email]", ""},
		"completed as unknown":           {s[conf][0], checkout.Complete{PaymentStatus: "maybe"}, contents, "payment_status", ""},
		"completed without payment":      {s[conf][0], completed(checkout.NoPaymentRequired), contents, "payment_status", ""},
		"completed with a subscription":  {s[conf][0], subscribed(checkout.Paid), contents, "subscription", ""},
		"setup completed as paid":        {s[conf][1], completed(checkout.Paid), contents, "payment_status", ""},
		"no subscription":                {s[conf][2], completed(checkout.Paid), contents, "subscription", "parameter_missing"},
		"subscription that is no text":   {s[conf][2], checkout.Complete{PaymentStatus: checkout.Paid, Subscription: badText}, contents, "subscription", ""},
		"invoice that is no text":        {s[conf][2], checkout.Complete{PaymentStatus: checkout.Paid, Subscription: "sub_1", Invoice: badText}, contents, "subscription", ""},
		"completed without an attempt":   {waits, completed(checkout.Paid), contents, "command", ""},
		"gone on without an attempt":     {waits, checkout.Proceed{}, contents, "command", ""},
		"lapsed early":                   {waits, checkout.Lapse{}, contents, "expires_at", ""},
		"locked":                         {s[conf][0], checkout.Expire{}, state, "", "lock_timeout"},
		"submitted twice":                {s[conf][0], pay(t, "pm_card_visa"), state, "", "lock_timeout"},
		"complete, submitted again":      {s[done][0], pay(t, "pm_card_visa"), state, "", ""},
		"complete, expired":              {s[done][0], checkout.Expire{}, state, "", ""},
		"complete, other line items":     {s[done][0], checkout.Update{LineItems: intents.Some(lines(1, shirt()))}, state, "line_items", ""},
		"complete, other parameters":     {s[done][0], checkout.Update{Details: "automatic_tax[enabled]=true"}, contents, "automatic_tax[enabled]", "parameter_unknown"},
		"expired, submitted":             {s[over][0], pay(t, "pm_card_visa"), state, "", ""},
		"expired, expired again":         {s[over][0], checkout.Expire{}, state, "", ""},
		"update to lines not canonical":  {s[open][3], checkout.Update{LineItems: intents.Some(checkout.LineItems("b=1&a=2"))}, contents, "line_items", ""},
		"metadata that is none":          {waits, checkout.Update{Metadata: "a"}, contents, "metadata", ""},
		"update of the hosted page":      {waits, checkout.Update{Shipping: intents.Some[int64](1)}, contents, "line_items", ""},
		"update to no lines":             {s[open][3], checkout.Update{LineItems: intents.Some(checkout.LineItems(""))}, contents, "line_items", "parameter_missing"},
		"recovered too early":            {waits, checkout.Recover{}, state, "", ""},
	} {
		tr, err := checkout.Apply(c.in, c.command, start)
		require.Equal(t, checkout.Transition{}, tr, name)
		class, param, code := refusal(err)
		require.Equal(t, [3]string{c.class, c.param, c.code}, [3]string{class, param, code}, name)
		told[name] = err.Error()
	}
	var golden strings.Builder
	for _, name := range slices.Sorted(maps.Keys(told)) {
		fmt.Fprintf(&golden, "%s: %q\n", name, told[name])
	}
	script.Golden(t, "testdata/badinput.golden", []byte(golden.String()))
}

// TestBadLines gives a list of line items what can't be one.
func TestBadLines(t *testing.T) {
	for name, c := range map[string]struct {
		change      func(l *checkout.LineItem)
		param, code string
	}{
		"no name":            {func(l *checkout.LineItem) { l.Name = "" }, "", "parameter_missing"},
		"name no text":       {func(l *checkout.LineItem) { l.Name = badText }, "", ""},
		"price no text":      {func(l *checkout.LineItem) { l.Price = badText }, "", ""},
		"product no text":    {func(l *checkout.LineItem) { l.Product = badText }, "", ""},
		"description":        {func(l *checkout.LineItem) { l.Description = badText }, "", ""},
		"no currency":        {func(l *checkout.LineItem) { l.Currency = "" }, "[price_data][currency]", ""},
		"price below zero":   {func(l *checkout.LineItem) { l.UnitAmount = -1 }, "[price_data][unit_amount]", "parameter_invalid_integer"},
		"price beyond":       {func(l *checkout.LineItem) { l.UnitAmount = 1 << 62 }, "[price_data][unit_amount]", "parameter_invalid_integer"},
		"no quantity":        {func(l *checkout.LineItem) { l.Quantity = 0 }, "[quantity]", "parameter_invalid_integer"},
		"quantity beyond":    {func(l *checkout.LineItem) { l.Quantity = 1_000_000 }, "[quantity]", "parameter_invalid_integer"},
		"product overflows":  {func(l *checkout.LineItem) { l.UnitAmount, l.Quantity = 999_999_999_999, 999_999 }, "", "amount_too_large"},
		"discount below":     {func(l *checkout.LineItem) { l.Discount = -1 }, "[discount]", ""},
		"discount too great": {func(l *checkout.LineItem) { l.Discount = 1100 }, "[discount]", ""},
		"tax below":          {func(l *checkout.LineItem) { l.Tax = -1 }, "[tax]", ""},
		"tax beyond":         {func(l *checkout.LineItem) { l.Tax = 1 << 62 }, "[tax]", ""},
		"unknown interval":   {func(l *checkout.LineItem) { l.Interval = "decade" }, "[price_data][recurring][interval]", ""},
	} {
		bad := shirt()
		c.change(&bad)
		got, err := checkout.NewLineItems(shirt(), bad)
		require.Empty(t, got, name)
		_, param, code := refusal(err)
		require.Equal(t, [2]string{"line_items[1]" + c.param, c.code}, [2]string{param, code}, name)
	}
	// Sums that would overflow are refused, as far as a list may go.
	greatest := checkout.LineItem{Name: "A", Currency: "usd", UnitAmount: 999_999_999_999, Quantity: 1, Tax: 999_999_999_999}
	s := checkout.Session{LineItems: items(t, slices.Repeat([]checkout.LineItem{greatest}, 1000)...)}
	require.Equal(t, int64(1_999_999_999_998_000), s.AmountTotal())
}

// TestDeadlines: what comes after its deadline is refused, even if no timer ran, and
// what comes before it is not.
func TestDeadlines(t *testing.T) {
	declined := must(t, checkout.Session{}, create(t), pay(t, "pm_card_visa"), checkout.Reopen{})
	expired := must(t, checkout.Session{}, create(t, recoverable), checkout.Expire{})
	const day, month = 24 * time.Hour, 30 * 24 * time.Hour
	for _, c := range []struct {
		in      checkout.Session
		command checkout.Command
		after   time.Duration
		early   bool // refused before the deadline, and not after it
		param   string
	}{
		{declined, pay(t, "pm_card_visa"), day, false, "expires_at"},
		{declined, checkout.Proceed{}, day, false, "expires_at"},
		{declined, completed(checkout.Paid), day, false, "expires_at"},
		{declined, checkout.Lapse{}, day, true, "expires_at"},
		{expired, checkout.Recover{}, month, false, "recovery"},
	} {
		for _, at := range []time.Duration{c.after - time.Second, c.after, c.after + time.Second} {
			_, err := checkout.Apply(c.in, c.command, start.Add(at))
			if c.early != (at < c.after) {
				require.NoError(t, err, "%v at %v", c.command, at)
				continue
			}
			class, param, _ := refusal(err)
			require.Equal(t, [2]string{"contents", c.param}, [2]string{class, param}, "%v at %v", c.command, at)
		}
	}
}

// TestTimeIsTold: a time that is not set, or that no calendar has, is refused
// before anything else.
func TestTimeIsTold(t *testing.T) {
	f := toldFlow(t, create(t), pay(t, "pm_card_chargeDeclined"))
	for _, at := range []time.Time{{}, time.Unix(0, 0), time.Unix(-1, 0), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)} {
		for _, c := range append(zeroCommands(), nil) {
			_, err := checkout.Apply(f.Session, c, at)
			_, param, _ := refusal(err)
			require.Equal(t, "now", param)
		}
		_, err := checkout.Open(create(t), at)
		_, errFlow := f.Apply(checkout.Expire{}, at)
		_, errPayment := f.ApplyPayment(paymentintent.Update{Metadata: "a=b"}, at)
		_, errRecovered := checkout.Recovered(f.Session, "cs_2", at)
		for _, err := range []error{err, errFlow, errPayment, errRecovered} {
			_, param, _ := refusal(err)
			require.Equal(t, "now", param)
		}
	}
	for _, at := range []time.Time{time.Unix(1, 0), time.Date(9999, 12, 30, 0, 0, 0, 0, time.UTC)} {
		_, err := checkout.Open(create(t), at)
		require.NoError(t, err)
	}
}

// TestUnknownEvents: Evolve never fails. What it does not know changes the version alone.
func TestUnknownEvents(t *testing.T) {
	for _, list := range samples(t) {
		for _, s := range list {
			want := s
			want.Version++
			require.Equal(t, want, checkout.Evolve(s, nil))
			for _, e := range zeroEvents() {
				require.Equal(t, want, checkout.Evolve(s, pointer(e)))
				require.Equal(t, want, checkout.Evolve(s, nilPointer(e)))
				require.Equal(t, want.Version, checkout.Evolve(s, e).Version, "and it takes any event in any state: %T", e)
			}
		}
	}
}

// TestCorruptState breaks each field of a state, and names it. What Apply looks at
// is refused by Apply, before anything else; the rest by Check alone.
func TestCorruptState(t *testing.T) {
	s := samples(t)
	type change = func(s *checkout.Session)
	var texts strings.Builder
	for _, c := range []struct {
		in     checkout.Session
		change change
		field  string
		fast   bool
	}{
		{s[""][0], func(s *checkout.Session) { s.ID = csID }, "status", true},
		{s[""][0], func(s *checkout.Session) { s.Version = 1 }, "status", true},
		{s[""][0], func(s *checkout.Session) { s.Intent = "pi_1" }, "status", true},
		{s[""][0], func(s *checkout.Session) { s.Created = 1 }, "status", true},
		{s[""][0], func(s *checkout.Session) { s.Shipping = 1 }, "status", false},
		{s[open][0], func(s *checkout.Session) { s.Status = "patient" }, "status", true},
		{s[open][0], func(s *checkout.Session) { s.ID = "" }, "id", true},
		{s[open][0], func(s *checkout.Session) { s.ID = badText }, "id", false},
		{s[open][0], func(s *checkout.Session) { s.RecoveredFrom = badText }, "id", false},
		{s[open][0], func(s *checkout.Session) { s.RecoveredFrom = s.ID }, "recovered_from", true},
		{s[open][0], func(s *checkout.Session) { s.Mode = "gift" }, "mode", true},
		{s[open][0], func(s *checkout.Session) { s.UIMode = "hosted" }, "ui_mode", true},
		{s[open][0], func(s *checkout.Session) { s.Created = 0 }, "created", true},
		{s[open][0], func(s *checkout.Session) { s.ExpiresAt = s.Created }, "expires_at", true},
		{s[open][0], func(s *checkout.Session) { s.ExpiresAt += 1 }, "expires_at", true},
		{s[open][0], func(s *checkout.Session) { s.EndedAt = 1 }, "ended_at", true},
		{s[done][0], func(s *checkout.Session) { s.EndedAt = 0 }, "ended_at", true},
		{s[open][0], func(s *checkout.Session) { s.SubmittedAt = 1 }, "submitted_at", true},
		{s[conf][0], func(s *checkout.Session) { s.SubmittedAt = 0 }, "submitted_at", true},
		{s[open][0], func(s *checkout.Session) { s.Shipping = -1 }, "shipping", true},
		{s[open][0], func(s *checkout.Session) { s.Shipping = 1 << 62 }, "shipping", true},
		{s[open][0], func(s *checkout.Session) { s.Subscription = "sub_1" }, "subscription", true},
		{s[done][0], func(s *checkout.Session) { s.Invoice = "in_1" }, "subscription", true},
		{s[done][5], func(s *checkout.Session) { s.Subscription = "" }, "subscription", true},
		{s[open][0], func(s *checkout.Session) { s.PaymentMethod = fullMethod() }, "payment_method", true},
		{s[conf][2], func(s *checkout.Session) { s.PaymentMethod.Details = "x" }, "payment_method", false},
		{s[conf][2], func(s *checkout.Session) { s.PaymentMethod.Customer = badText }, "payment_method", false},
		{s[open][0], func(s *checkout.Session) { s.PaymentStatus = checkout.Paid }, "payment_status", true},
		{s[open][0], func(s *checkout.Session) { s.PaymentStatus = checkout.NoPaymentRequired }, "payment_status", true},
		{s[open][0], func(s *checkout.Session) { s.PaymentStatus = "" }, "payment_status", true},
		{s[open][4], func(s *checkout.Session) { s.PaymentStatus = checkout.Unpaid }, "payment_status", true},
		{s[done][0], func(s *checkout.Session) { s.PaymentStatus = checkout.NoPaymentRequired }, "payment_status", false},
		{s[done][3], func(s *checkout.Session) { s.LineItems = items(t, shirt()) }, "payment_status", false},
		{s[done][0], func(s *checkout.Session) { s.Flags |= checkout.PaymentFailed }, "flags", true},
		{s[open][0], func(s *checkout.Session) { s.Flags |= 1 << 9 }, "flags", false},
		{s[open][0], func(s *checkout.Session) { s.Wallets |= checkout.NoWallets }, "flags", false},
		{s[open][4], func(s *checkout.Session) { s.Intent = "" }, "setup_intent", true},
		{s[open][5], func(s *checkout.Session) { s.Intent = "pi_1" }, "intent", true},
		{s[conf][0], func(s *checkout.Session) { s.Intent = "" }, "payment_intent", true},
		{s[done][1], func(s *checkout.Session) { s.Intent = "" }, "payment_intent", true},
		{s[open][2], func(s *checkout.Session) { s.Intent = "" }, "payment_intent", true},
		{s[open][0], func(s *checkout.Session) { s.Currency = "xxx" }, "currency", false},
		{s[open][0], func(s *checkout.Session) { s.Currency = "" }, "currency", false},
		{s[open][0], func(s *checkout.Session) { s.PaymentMethodTypes = 0 }, "payment_method_types", false},
		{s[open][0], func(s *checkout.Session) { s.PaymentMethodTypes = 1 << 63 }, "payment_method_types", false},
		{s[open][0], func(s *checkout.Session) { s.LineItems = "x" }, "line_items", false},
		{s[open][0], func(s *checkout.Session) { s.LineItems = "" }, "line_items", false},
		{s[open][4], func(s *checkout.Session) { s.Shipping = 1 }, "line_items", false},
		{s[open][0], func(s *checkout.Session) { s.CustomerCreation = "maybe" }, "customer_creation", false},
		{s[open][0], func(s *checkout.Session) { s.Buyer = "x" }, "customer_details", false},
		{s[open][0], func(s *checkout.Session) { s.Details = "x" }, "details", false},
		{s[open][0], func(s *checkout.Session) { s.Metadata = "x" }, "metadata", false},
		{s[open][0], func(s *checkout.Session) {
			l := shirt()
			l.UnitAmount = 999_999_999_999
			s.LineItems = items(t, l, l)
		}, "amount_total", false},
	} {
		require.NoError(t, checkout.Check(c.in))
		bad := c.in
		c.change(&bad)
		err := checkout.Check(bad)
		class, field, code := refusal(err)
		require.Equal(t, [3]string{"contents", c.field, intents.CodeCorruptState}, [3]string{class, field, code}, "%#v", bad)
		fmt.Fprintln(&texts, err)
		for _, command := range variants(t) {
			tr, err := checkout.Apply(bad, command, start)
			_, errChain := checkout.Chain(bad, start, command)
			if c.fast {
				_, _, code := refusal(err)
				require.Equal(t, checkout.Transition{}, tr)
				require.Equal(t, intents.CodeCorruptState, code, "%v of %#v", command, bad)
				require.Equal(t, err, errChain)
			}
		}
	}
	script.Golden(t, "testdata/corrupt.golden", []byte(texts.String()))
}
