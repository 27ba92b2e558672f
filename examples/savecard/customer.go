package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
)

// Stripe's test cards that the customers carry.
const (
	goodCard     = "4242 4242 4242 4242"
	declinedCard = "4000 0000 0000 0002"
	threeDSCard  = "4000 0025 0000 3155" // asks until it is set up, and then off-session no more
	alwaysAsks   = "4000 0027 6000 3184" // whatever was set up, the bank wants to see its customer
)

// visit is what a customer does on the page, card by card: enters it, presses the
// button and, where the bank asks, passes the challenge or not.
type visit struct {
	cards []string
	fails bool // the challenge of the first card
	// closesTab: after the page is done, and before it redirects.
	closesTab bool
}

// visits are the customers that the story can have, by the names of the flag.
//
//nolint:gochecknoglobals // read-only data
var visits = map[string]visit{
	"pays":       {cards: []string{goodCard}},
	"declined":   {cards: []string{declinedCard, goodCard}},
	"3ds":        {cards: []string{threeDSCard}},
	"fails-3ds":  {cards: []string{threeDSCard, goodCard}, fails: true},
	"abandons":   {},
	"closes-tab": {cards: []string{goodCard}, closesTab: true},
}

// customers returns the names that the flag takes.
func customers() []string {
	names := make([]string, 0, len(visits))
	for name := range visits {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// browse plays a visit of a session's page. It returns the address that the browser
// is sent to, or "" where it never gets there.
func (s *story) browse(ctx context.Context, session string, v visit) (redirect string, err error) {
	page := s.flows[session].Session
	s.say(customer, "opens %s", page.URL())
	if err := s.later(ctx, takesAWhile); err != nil {
		return "", err
	}
	if len(v.cards) == 0 {
		s.say(customer, "closes the tab without a word")
		return "", nil
	}
	for i, card := range v.cards {
		s.say(customer, "enters %s and presses %s", card, button(page.Mode))
		f, err := s.submit(ctx, session, checkout.Submit{PaymentMethod: s.enter(card), Buyer: "email=jenny@example.com&name=Jenny Rosen"})
		if err != nil {
			return "", err
		}
		if err := s.later(ctx, 0); err != nil {
			return "", err
		}
		if f.NextAction() != "" {
			pass := !v.fails || i > 0
			s.say(customer, "is asked by the bank, and %s", map[bool]string{true: "passes", false: "fails"}[pass])
			if err := s.later(ctx, takesAWhile); err != nil {
				return "", err
			}
			if f, err = s.challenge(ctx, session, pass); err != nil {
				return "", err
			}
		}
		if f.Session.Status == checkout.StatusComplete {
			break
		}
		s.say(customer, "reads: %s", f.LastError().Message())
		if err := s.later(ctx, takesAWhile); err != nil {
			return "", err
		}
	}
	f := s.flows[session]
	if f.Session.Status != checkout.StatusComplete {
		return "", errors.New("the customer has no more cards, and the session is " + string(f.Session.Status))
	}
	if v.closesTab {
		s.say(customer, "closes the tab before the page redirects")
		return "", nil
	}
	return f.Session.SuccessURL(), nil
}

func button(m checkout.Mode) string {
	if m == checkout.Setup {
		return `"Save card"`
	}
	return `"Pay"`
}

// again is a visitor who comes a second time and submits a page that is done.
func (s *story) again(ctx context.Context, session string) error {
	_, err := s.submit(ctx, session, checkout.Submit{PaymentMethod: s.enter(goodCard)})
	var refused *intents.StateError
	if !errors.As(err, &refused) {
		return fmt.Errorf("a session was submitted twice: %w", err)
	}
	s.say(customer, "presses again in a second tab; the page says: %s", refused.Error())
	return nil
}
