package webhook

import "github.com/payintent/intents"

// Change is one thing that Stripe changed in its API: dated, named, and about one
// type of object. Rendering at an older version undoes it.
type Change struct {
	// Version is the first that has the change. A key that was added between two
	// versions is dated at the later one.
	Version intents.Version
	// Name is short and stable.
	Name string
	// Object is Stripe's name of the type that the change is about.
	Object string
	// Level says who undoes the change for an older version.
	Level Level
	// Doc says in a sentence what changed.
	Doc string

	undo undo
}

// Level says where a change takes effect.
type Level string

const (
	// LevelShape changes what is rendered. This package undoes it.
	LevelShape Level = "shape"
	// LevelEvent changes which events are sent. This package undoes it, see [ForVersion].
	LevelEvent Level = "event"
	// LevelMachine changes what happens. It follows the version of the request that
	// creates the object, and the machine knows it.
	LevelMachine Level = "machine"
	// LevelRequest changes which parameters a request may have. The machine knows it.
	LevelRequest Level = "request"
)

// undo numbers the changes of the shape. The zero undo is no change.
type undo uint8

const (
	_ undo = iota
	undoPaymentRecord
	undoAllowedTypes
	undoRefundOwner
	undoDisputeNetwork
	undoTransactionLink
	undoManagedPayments
	undoTransactionPurpose
	undoIntentAccount
	undoMethodAccount
	undoPaymentDetails
	undoExcludedTypes
	undoBalanceType
	undoTaxID
	undoMethodTaxID
	undoPendingReason
	undoExpired
	undoReleases
	undoReleasedEntries
	undoIntentInvoice
	undoChargeInvoice
	undoAdviceCode
	undoNetworkCodes
	undoNetworkIDs
	undoMethodRegulated
	undoEligibility
	undoAuthorizationCode
	undoCaseType
	undoRedisplay
	undoFeeSource
	undoCaptureBefore
	undoDisplayBrand
	undoDestinationDetails
	undoCardFeatures
	undoConfigurationDetails
	undoDisputeMethod
	undoNetworkToken
	undoAllowRedirects
	undoLatestCharge
	undoHideRefunds
	undoIntentKeys
	undoChargeKeys
	undoNames

	undoSetupAllowedTypes
	undoSetupManaged
	undoSetupAccount
	undoAttemptAccount
	undoSetupExcluded
	undoSetupAdvice
	undoSetupNetworkCodes
	undoSetupConfiguration
	undoSetupAutomatic
	undoSetupKeys
	undoAttemptKeys
	undoSetupNames

	undoCustomerAccount
	undoTestClock
	undoCustomerRendering

	undoSessionAllowedTypes
	undoSessionManaged
	undoUIModes
	undoIntegration
	undoSessionAccount
	undoBranding
	undoOriginContext
	undoWalletOptions
	undoShippingDetails
	undoPermissions
	undoCollected
	undoDiscounts
	undoAdaptivePricing
	undoSavedMethods
	undoLiability
	undoEmbedded
	undoCustomFields
	undoSessionCreated
	undoSessionKeys
	undoDisplayItems
	undoSessionMetadata
	undoSessionNulls

	undoAdjustable
	undoItemMetadata
	undoItemKeys

	undos
)

// undone is the set of changes that a rendering leaves out, one bit for each; at the
// newest version it is empty.
type undone [(undos + undoBits - 1) / undoBits]uint64

const undoBits = 64

// has reports whether a change is left out.
func (d *undone) has(u undo) bool { return d[u/undoBits]>>(u%undoBits)&1 != 0 }

func (d *undone) add(u undo) {
	if u != 0 {
		d[u/undoBits] |= 1 << (u % undoBits)
	}
}

// changes is all that this package knows about versions, newest first. Sources: the
// facts, section 7; the recorded replies; and, for keys that were added without a
// break, the dates in Stripe's own changelog (SPEC-E).
//
//nolint:gochecknoglobals // read-only data
var changes = [...]Change{
	{intents.VersionEndive, "payment_record", "payment_intent", LevelShape, "The key payment_record is added.", undoPaymentRecord},
	{intents.VersionEndive, "payment_method_types_parameter", "payment_intent", LevelRequest, "The parameter payment_method_types is refused; the key can still be read.", 0},
	{intents.VersionEndive, "allowed_payment_method_types", "checkout.session", LevelShape, "The key allowed_payment_method_types is added.", undoSessionAllowedTypes},
	{intents.VersionEndive, "payment_method_types_parameter", "checkout.session", LevelRequest, "The parameter payment_method_types is refused; the key can still be read.", 0},
	{intents.VersionEndive, "payment_method_types_parameter", "setup_intent", LevelRequest, "The parameter payment_method_types is refused; the key can still be read.", 0},
	{"2026-08-26.dahlia", "allowed_payment_method_types", "setup_intent", LevelShape, "The key allowed_payment_method_types is always there.", undoSetupAllowedTypes},
	{"2026-07-29.dahlia", "allowed_payment_method_types", "payment_intent", LevelShape, "The key allowed_payment_method_types is added.", undoAllowedTypes},
	{"2026-07-29.dahlia", "refund_owner", "refund", LevelShape, "The keys customer, customer_account and payment_method are added.", undoRefundOwner},
	{"2026-07-29.dahlia", "dispute_network", "dispute", LevelShape, "The key payment_method_details.card.network is added.", undoDisputeNetwork},
	{"2026-06-24.dahlia", "transaction_link_id", "charge", LevelShape, "The key payment_method_details.card.transaction_link_id is added.", undoTransactionLink},
	{"2026-04-22.dahlia", "managed_payments", "payment_intent", LevelShape, "The key managed_payments is added.", undoManagedPayments},
	{"2026-04-22.dahlia", "managed_payments", "setup_intent", LevelShape, "The key managed_payments is added.", undoSetupManaged},
	{"2026-04-22.dahlia", "managed_payments", "checkout.session", LevelShape, "The key managed_payments is added.", undoSessionManaged},
	{intents.VersionDahlia, "ui_mode_names", "checkout.session", LevelShape, "The values hosted, embedded and custom of ui_mode become hosted_page, embedded_page and elements.", undoUIModes},
	{intents.VersionDahlia, "integration_identifier", "checkout.session", LevelShape, "The key integration_identifier is added.", undoIntegration},
	{"2026-02-25.clover", "transaction_purpose", "payment_intent", LevelShape, "The key payment_method_options.us_bank_account.transaction_purpose is added.", undoTransactionPurpose},
	{"2026-01-28.clover", "adjustable_quantity", "item", LevelShape, "The key adjustable_quantity is added.", undoAdjustable},
	{"2025-12-15.clover", "customer_account", "payment_intent", LevelShape, "The key customer_account is added.", undoIntentAccount},
	{"2025-12-15.clover", "customer_account", "payment_method", LevelShape, "The key customer_account is added.", undoMethodAccount},
	{"2025-12-15.clover", "customer_account", "setup_intent", LevelShape, "The key customer_account is added.", undoSetupAccount},
	{"2025-12-15.clover", "customer_account", "setup_attempt", LevelShape, "The key customer_account is added.", undoAttemptAccount},
	{"2025-12-15.clover", "customer_account", "customer", LevelShape, "The key customer_account is added.", undoCustomerAccount},
	{"2025-12-15.clover", "customer_account", "checkout.session", LevelShape, "The key customer_account is added.", undoSessionAccount},
	{"2025-12-15.clover", "metadata", "item", LevelShape, "The key metadata is added.", undoItemMetadata},
	{"2025-10-29.clover", "payment_details", "payment_intent", LevelShape, "The key payment_details is added, and more about the amount in amount_details than the tip.", undoPaymentDetails},
	{"2025-10-29.clover", "excluded_payment_method_types", "setup_intent", LevelShape, "The key excluded_payment_method_types is added.", undoSetupExcluded},
	{intents.VersionClover, "crypto_processing", "payment_intent", LevelMachine, "A payment by crypto passes through processing.", 0},
	{intents.VersionClover, "branding_settings", "checkout.session", LevelShape, "The keys branding_settings, excluded_payment_method_types and name_collection are added, and business_name and individual_name in customer_details and collected_information.", undoBranding},
	{"2025-08-27.basil", "excluded_payment_method_types", "payment_intent", LevelShape, "The key excluded_payment_method_types is added.", undoExcludedTypes},
	{"2025-07-30.basil", "origin_context", "checkout.session", LevelShape, "The key origin_context is added.", undoOriginContext},
	{"2025-05-28.basil", "balance_type", "balance_transaction", LevelShape, "The key balance_type is added.", undoBalanceType},
	{"2025-04-30.basil", "tax_id", "charge", LevelShape, "The key billing_details.tax_id is added.", undoTaxID},
	{"2025-04-30.basil", "tax_id", "payment_method", LevelShape, "The key billing_details.tax_id is added.", undoMethodTaxID},
	{"2025-04-30.basil", "pending_reason", "refund", LevelShape, "The key pending_reason is added to pending refunds.", undoPendingReason},
	{"2025-04-30.basil", "wallet_options", "checkout.session", LevelShape, "The keys wallet_options and automatic_tax.provider are added.", undoWalletOptions},
	{intents.VersionBasil, "cancellation_reason_expired", "payment_intent", LevelShape, "An authorization that ran out is canceled for the reason expired; before, it was automatic.", undoExpired},
	{intents.VersionBasil, "no_refund_of_released_holds", "charge", LevelShape, "What is released of a hold is no refund: amount_refunded, refunded and the refunds leave it out.", undoReleases},
	{intents.VersionBasil, "one_entry_for_partial_capture", "balance_transaction", LevelShape, "The entry of a capture is about what was captured; before, it was about the whole charge, and an entry of its own took the rest back.", undoReleasedEntries},
	{intents.VersionBasil, "no_charge_refunded_for_released_holds", "charge", LevelEvent, "To cancel, to capture a part and to let a hold run out no longer makes charge.refunded.", 0},
	{intents.VersionBasil, "invoice_removed", "payment_intent", LevelShape, "The key invoice is removed.", undoIntentInvoice},
	{intents.VersionBasil, "invoice_removed", "charge", LevelShape, "The key invoice is removed.", undoChargeInvoice},
	{intents.VersionBasil, "shipping_details_moved", "checkout.session", LevelShape, "The key shipping_details is removed: it is a part of collected_information.", undoShippingDetails},
	{intents.VersionBasil, "permissions", "checkout.session", LevelShape, "The keys optional_items and permissions are added.", undoPermissions},
	{"2025-02-24.acacia", "collected_information", "checkout.session", LevelShape, "The key collected_information is added.", undoCollected},
	{"2025-01-27.acacia", "advice_code", "charge", LevelShape, "The key outcome.advice_code is added.", undoAdviceCode},
	{"2025-01-27.acacia", "discounts", "checkout.session", LevelShape, "The key discounts is added.", undoDiscounts},
	{"2025-01-27.acacia", "advice_code", "setup_intent", LevelShape, "The key last_setup_error.advice_code is added.", undoSetupAdvice},
	{"2025-01-27.acacia", "advice_code", "setup_attempt", LevelShape, "The key setup_error.advice_code is added.", undoSetupAdvice},
	{"2024-12-18.acacia", "network_codes", "charge", LevelShape, "The keys outcome.network_advice_code and outcome.network_decline_code are added.", undoNetworkCodes},
	{"2024-12-18.acacia", "network_transaction_id", "charge", LevelShape, "The keys network_transaction_id and regulated_status are added to payment_method_details.card.", undoNetworkIDs},
	{"2024-12-18.acacia", "regulated_status", "payment_method", LevelShape, "The key card.regulated_status is added.", undoMethodRegulated},
	{"2024-12-18.acacia", "network_codes", "setup_intent", LevelShape, "The keys last_setup_error.network_advice_code and last_setup_error.network_decline_code are added.", undoSetupNetworkCodes},
	{"2024-12-18.acacia", "network_codes", "setup_attempt", LevelShape, "The keys setup_error.network_advice_code and setup_error.network_decline_code are added.", undoSetupNetworkCodes},
	{"2024-11-20.acacia", "adaptive_pricing", "checkout.session", LevelShape, "The key adaptive_pricing is added.", undoAdaptivePricing},
	{"2024-10-28.acacia", "enhanced_eligibility", "dispute", LevelShape, "The keys about enhanced eligibility are added.", undoEligibility},
	{"2024-09-30.acacia", "authorization_code", "charge", LevelShape, "The key payment_method_details.card.authorization_code is added.", undoAuthorizationCode},
	{"2024-09-30.acacia", "case_type", "dispute", LevelShape, "The key payment_method_details.card.case_type is added.", undoCaseType},
	{"2024-06-20", "allow_redisplay", "payment_method", LevelShape, "The key allow_redisplay is added.", undoRedisplay},
	{"2024-06-20", "fee_source", "application_fee", LevelShape, "The key fee_source is added.", undoFeeSource},
	{"2024-06-20", "saved_payment_method_options", "checkout.session", LevelShape, "The key saved_payment_method_options is added.", undoSavedMethods},
	{intents.Version20240410, "automatic_async_by_default", "payment_intent", LevelMachine, "The capture method is automatic_async where none is given.", 0},
	{intents.Version20240410, "capture_before", "charge", LevelShape, "The key payment_method_details.card.capture_before is added to uncaptured charges.", undoCaptureBefore},
	{intents.Version20240410, "display_brand", "payment_method", LevelShape, "The key card.display_brand is added.", undoDisplayBrand},
	{intents.Version20240410, "destination_details", "refund", LevelShape, "The key destination_details is added.", undoDestinationDetails},
	{intents.Version20240410, "liability", "checkout.session", LevelShape, "The keys automatic_tax.liability, custom_text.after_submit and invoice_creation.invoice_data.issuer are added.", undoLiability},
	{"2023-10-16", "card_features", "charge", LevelShape, "The keys amount_authorized, extended_authorization, incremental_authorization, multicapture and overcapture are added to payment_method_details.card.", undoCardFeatures},
	{"2023-10-16", "payment_method_configuration_details", "payment_intent", LevelShape, "The key payment_method_configuration_details is added.", undoConfigurationDetails},
	{"2023-10-16", "dispute_payment_method_details", "dispute", LevelShape, "The key payment_method_details is added.", undoDisputeMethod},
	{"2023-10-16", "payment_method_configuration_details", "setup_intent", LevelShape, "The key payment_method_configuration_details is added.", undoSetupConfiguration},
	{"2023-10-16", "embedded", "checkout.session", LevelShape, "The keys client_secret, custom_text.terms_of_service_acceptance, payment_method_configuration_details and ui_mode are added.", undoEmbedded},
	{"2023-08-16", "network_token", "charge", LevelShape, "The key payment_method_details.card.network_token is added.", undoNetworkToken},
	{"2023-08-16", "allow_redirects", "payment_intent", LevelShape, "The key automatic_payment_methods.allow_redirects is added.", undoAllowRedirects},
	{"2023-08-16", "automatic_payment_methods", "setup_intent", LevelShape, "The key automatic_payment_methods is added.", undoSetupAutomatic},
	{"2023-08-16", "custom_fields", "checkout.session", LevelShape, "The keys currency_conversion, custom_fields, custom_text, invoice and invoice_creation are added.", undoCustomFields},
	{"2023-08-16", "no_cost_orders", "checkout.session", LevelMachine, "A payment of nothing completes without a payment method; payment_method_collection is if_required by default.", 0},
	{intents.Version20221115, "latest_charge", "payment_intent", LevelShape, "The list charges is replaced by latest_charge.", undoLatestCharge},
	{intents.Version20221115, "refunds_not_expanded", "charge", LevelShape, "The list refunds is there only when it is expanded.", undoHideRefunds},
	{intents.Version20221115, "created", "checkout.session", LevelShape, "The keys created and payment_method_collection are added.", undoSessionCreated},
	{intents.Version20220801, "intent_keys_of_2022", "payment_intent", LevelShape, "The keys amount_details, automatic_payment_methods, processing and payment_method_options.card.mandate_options are added.", undoIntentKeys},
	{intents.Version20220801, "charge_keys_of_2022", "charge", LevelShape, "The keys failure_balance_transaction, radar_options and payment_method_details.card.mandate are added.", undoChargeKeys},
	{intents.Version20220801, "setup_keys_of_2022", "setup_intent", LevelShape, "The keys flow_directions, latest_attempt, payment_method_options.card.mandate_options and payment_method_options.card.network are added.", undoSetupKeys},
	{intents.Version20220801, "attempt_keys_of_2022", "setup_attempt", LevelShape, "The key flow_directions is added.", undoAttemptKeys},
	{intents.Version20220801, "test_clock", "customer", LevelShape, "The key test_clock is added.", undoTestClock},
	{intents.Version20220801, "rendering_options", "customer", LevelShape, "The key invoice_settings.rendering_options is added.", undoCustomerRendering},
	{intents.Version20220801, "session_keys_of_2022", "checkout.session", LevelShape, "The keys after_expiration, automatic_tax, consent, consent_collection, customer_creation, customer_details, expires_at, payment_link, payment_method_options, phone_number_collection, recovered_from, shipping_cost, shipping_options, status, tax_id_collection and url are added; shipping becomes shipping_details.", undoSessionKeys},
	{intents.Version20220801, "item_keys_of_2022", "item", LevelShape, "The keys amount_discount, amount_tax, price.custom_unit_amount and price.tax_behavior are added.", undoItemKeys},
	{intents.Version20220801, "intent_at_confirmation", "checkout.session", LevelMachine, "In payment mode the PaymentIntent is made when the customer confirms; before, it was made with the session.", 0},
	{intents.Version20220801, "customer_if_required", "checkout.session", LevelMachine, "customer_creation is if_required by default; before, it was always.", 0},
	{intents.Version20220801, "no_setup_intent_of_subscriptions", "checkout.session", LevelMachine, "In subscription mode a session has no setup_intent.", 0},
	{"2020-08-27", "display_items", "checkout.session", LevelShape, "The list display_items is replaced by line_items, which is there only when it is expanded; the keys allow_promotion_codes, amount_subtotal, amount_total, currency, payment_status, shipping, shipping_address_collection and total_details are added.", undoDisplayItems},
	{"2020-03-02", "metadata", "checkout.session", LevelShape, "The key metadata is added.", undoSessionMetadata},
	{"2019-05-16", "session_nulls", "checkout.session", LevelShape, "Where there is no customer, customer is null; before, it was empty. The keys cancel_url and payment_intent are always there, and livemode, locale and payment_method_types are added.", undoSessionNulls},
	{intents.Version20190211, "names", "payment_intent", LevelShape, "requires_source, requires_source_action, next_source_action, authorize_with_url and allowed_source_types get the names that they have now.", undoNames},
	{intents.Version20190211, "names", "setup_intent", LevelShape, "requires_source, requires_source_action, next_source_action, authorize_with_url and allowed_source_types get the names that they have now.", undoSetupNames},
}

// Changes lists the changes between API versions that this library knows, newest
// first.
func Changes() []Change { return append([]Change(nil), changes[:]...) }

// Dated is an API version at which something changed, and what did.
type Dated struct {
	// Version is the first that has the changes.
	Version intents.Version
	// Changes are in the order of [Changes]. There is one at least.
	Changes []Change
}

// Versions lists the API versions at which something changed that this library
// knows, newest first, each with its changes. Between two of them, and after the
// first, every version renders alike; before the last one too.
func Versions() []Dated {
	var all []Dated
	for first := 0; first < len(changes); {
		last := first
		for last < len(changes) && changes[last].Version == changes[first].Version {
			last++
		}
		all = append(all, Dated{changes[first].Version, append([]Change(nil), changes[first:last]...)})
		first = last
	}
	return all
}

// undoing returns the changes that a rendering at a version leaves out: all that
// are newer. The empty version and those after the newest change undo nothing. No
// renderer compares versions: they ask for these bits.
func undoing(v intents.Version) (d undone) {
	if v == "" {
		return d
	}
	for i := range changes {
		if !v.Before(changes[i].Version) {
			break // the changes are sorted, so none that follows is newer
		}
		d.add(changes[i].undo)
	}
	return d
}

// SentTo reports whether Stripe sends the event to an endpoint of a version. The
// empty version stands for intents.VersionLatest.
func (e Event) SentTo(v intents.Version) bool { return e.Until == "" || v.Before(e.Until) }

// ForVersion returns the events that Stripe sends to an endpoint of a version, in
// their order. The empty version stands for intents.VersionLatest. It allocates only
// where some are left out, and leaves the slice that it is given alone.
func ForVersion(events []Event, v intents.Version) []Event {
	for i := range events {
		if events[i].SentTo(v) {
			continue
		}
		kept := append([]Event(nil), events[:i]...)
		for _, e := range events[i+1:] {
			if e.SentTo(v) {
				kept = append(kept, e)
			}
		}
		return kept
	}
	return events
}
