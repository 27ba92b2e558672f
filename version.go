package intents

// Version is an API version: a date, and since 2024-09-30 a release name behind
// it, such as "2022-11-15" or "2025-03-31.basil". Versions order by date.
type Version string

// Versions at which Stripe changed what this library models.
const (
	// Version20190211 renamed the statuses requires_source and requires_source_action.
	Version20190211 Version = "2019-02-11"
	// Version20220801 is the last version whose PaymentIntent holds the list charges.
	Version20220801 Version = "2022-08-01"
	// Version20221115 replaced the list charges by latest_charge.
	Version20221115 Version = "2022-11-15"
	// Version20230816 made dynamic payment methods the default, and let a Checkout
	// Session be free of charge.
	Version20230816 Version = "2023-08-16"
	// Version20240410 made automatic_async the default capture method.
	Version20240410 Version = "2024-04-10"
	// VersionBasil ended the Refund objects of cancellation and partial capture.
	VersionBasil Version = "2025-03-31.basil"
	// VersionClover let crypto payments pass through processing.
	VersionClover Version = "2025-09-30.clover"
	// VersionDahlia is the release train of stripe-go v85.
	VersionDahlia Version = "2026-03-25.dahlia"
	// VersionEndive ended the parameter payment_method_types.
	VersionEndive Version = "2026-09-30.endive"
	// VersionLatest is the newest version that this library knows.
	VersionLatest Version = "2026-10-28.endive"
)

// Before reports whether v is older than w, by their dates. The empty Version
// stands for VersionLatest.
func (v Version) Before(w Version) bool { return v.date() < w.date() }

func (v Version) date() string {
	known := v
	if v == "" {
		known = VersionLatest
	}
	return string(known[:min(len(known), len("2006-01-02"))])
}

// Check returns an *InvalidError unless v is empty or of the form
// YYYY-MM-DD or YYYY-MM-DD.name.
func (v Version) Check() error {
	if v == "" {
		return nil
	}
	bad := &InvalidError{Param: "Stripe-Version", Code: "", Message: "invalid API version: " + string(v)}
	const date = len("2006-01-02")
	if len(v) < date || len(v) > date && (v[date] != '.' || len(v) == date+1) {
		return bad
	}
	for i := range date {
		if i == 4 || i == 7 {
			if v[i] != '-' {
				return bad
			}
		} else if v[i] < '0' || v[i] > '9' {
			return bad
		}
	}
	for i := date + 1; i < len(v); i++ {
		if v[i] < 'a' || v[i] > 'z' {
			return bad
		}
	}
	return nil
}
