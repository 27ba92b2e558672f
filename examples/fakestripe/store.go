package fakestripe

import (
	"iter"
	"sync"
)

// Table is a kind of rows in a [Store].
type Table string

// The tables, and the type of the values in each.
const (
	tableIntents     Table = "payment_intents"      // paymentintent.Intent
	tableSetups      Table = "setup_intents"        // setupintent.Intent
	tableAttempts    Table = "setup_attempts"       // attemptRow
	tableSessions    Table = "checkout_sessions"    // checkout.Session
	tableCharges     Table = "charges"              // chargeRow
	tableRefunds     Table = "refunds"              // refundRow
	tableDisputes    Table = "disputes"             // disputeRow
	tableLedger      Table = "balance_transactions" // ledgerRow
	tableTransfers   Table = "transfers"            // string: the charge's id
	tableFees        Table = "application_fees"     // string: the charge's id
	tableMethods     Table = "payment_methods"      // methodRow
	tableCustomers   Table = "customers"            // customerRow
	tableCash        Table = "cash_balances"        // int64
	tableMandates    Table = "mandates"             // string: the SetupIntent's id
	tableProducts    Table = "products"             // productRow
	tablePrices      Table = "prices"               // priceRow
	tableTokens      Table = "tokens"               // tokenRow
	tableConfirmable Table = "confirmation_tokens"  // confirmationRow
	tableEvents      Table = "events"               // eventRow
	tableEndpoints   Table = "webhook_endpoints"    // endpointRow
	tableDeliveries  Table = "deliveries"           // delivery.Delivery
	tableKeys        Table = "idempotency_keys"     // idempotency.Record
)

// Row is a stored object. Its Value is never changed in place.
type Row struct {
	ID    string
	Value any
}

// Change is what a commit does to a row: it writes the Value, or, where that is nil,
// deletes the row. A new row goes behind all others of its table.
type Change struct {
	Table Table
	Row
}

// Store keeps rows. Everything that one request changes comes in one Commit, which
// does all of it or, with an error, none. Its methods may be called from many
// goroutines at once; requests that write wait for each other before they come here.
type Store interface {
	// Load returns the value of a row, and whether there is one.
	Load(t Table, id string) (value any, ok bool, err error)
	// Scan yields the rows of a table in the order in which they were made, or newest
	// first, beginning behind the row of an id, or where from is empty at the end. An
	// error comes last, as it were with the zero Row. Nothing is committed meanwhile
	// by whoever scans.
	Scan(t Table, from string, newestFirst bool) iter.Seq2[Row, error]
	// Commit makes changes, all or none.
	Commit(changes ...Change) error
	// Reset deletes everything.
	Reset() error
}

// NewMemory returns the default Store, which keeps its rows in memory.
func NewMemory() Store { return &memory{tables: make(map[Table]*table)} }

type memory struct {
	mu     sync.RWMutex
	tables map[Table]*table
}

// table holds its rows in order. A deleted row leaves a hole until there are more holes than rows.
type table struct {
	rows  []*Row
	index map[string]int
}

// Load implements Store.
func (m *memory) Load(t Table, id string) (value any, ok bool, err error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if t := m.tables[t]; t != nil {
		if i, ok := t.index[id]; ok {
			return t.rows[i].Value, true, nil
		}
	}
	return nil, false, nil
}

// Scan implements Store.
func (m *memory) Scan(name Table, from string, newestFirst bool) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		m.mu.RLock()
		defer m.mu.RUnlock()
		t := m.tables[name]
		if t == nil {
			return
		}
		at, step := 0, 1
		if newestFirst {
			at, step = len(t.rows)-1, -1
		}
		if i, ok := t.index[from]; ok {
			at = i + step
		}
		for ; at >= 0 && at < len(t.rows); at += step {
			if row := t.rows[at]; row != nil && !yield(*row, nil) {
				return
			}
		}
	}
}

// Commit implements Store.
func (m *memory) Commit(changes ...Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range changes {
		t := m.tables[c.Table]
		if t == nil {
			t = &table{index: map[string]int{}}
			m.tables[c.Table] = t
		}
		t.set(c.Row)
	}
	return nil
}

func (t *table) set(row Row) {
	i, ok := t.index[row.ID]
	switch {
	case row.Value == nil && ok:
		delete(t.index, row.ID)
		t.rows[i] = nil
		t.compact()
	case row.Value == nil:
	case ok:
		t.rows[i] = &row
	default:
		t.index[row.ID] = len(t.rows)
		t.rows = append(t.rows, &row)
	}
}

func (t *table) compact() {
	const few = 64
	if len(t.rows) < few || len(t.index) > len(t.rows)/2 {
		return
	}
	rows := make([]*Row, 0, len(t.index))
	for _, row := range t.rows {
		if row != nil {
			t.index[row.ID] = len(rows)
			rows = append(rows, row)
		}
	}
	t.rows = rows
}

// Reset implements Store.
func (m *memory) Reset() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tables = make(map[Table]*table)
	return nil
}
