package setupintent_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/setupintent/setupintenttest"
)

// TestProperties holds what is true of all histories.
func TestProperties(t *testing.T) {
	t.Run("history", rapid.MakeCheck(checkHistory))
	t.Run("joined", rapid.MakeCheck(checkJoined))
	t.Run("in place", rapid.MakeCheck(checkInPlace))
	t.Run("deferred", rapid.MakeCheck(checkDeferred))
	t.Run("command codec", rapid.MakeCheck(checkCommandCodec))
	t.Run("nil and pointers", rapid.MakeCheck(checkPointers))
}

// checkHistory plays a history: each refusal is typed and changes nothing, each
// transition is sound, the events replay to the state, the books agree, no time
// lies ahead, and all that is stored comes back.
func checkHistory(t *rapid.T) {
	var h history
	for _, step := range setupintenttest.Runs().Draw(t, "run") {
		if err := h.step(step); err != nil {
			t.Fatalf("%v at %v: %v\nin %#v", step.Command, step.At, err, h.s)
		}
	}
}

// history is an intent with what was said about it.
type history struct {
	s      setupintent.Intent
	events []setupintent.Event
	books  setupintenttest.Ledger
}

func (h *history) step(step setupintenttest.Step) error {
	t, err := setupintent.Apply(h.s, step.Command, step.At)
	events, errDecide := setupintent.Decide(h.s, step.Command, step.At)
	if err != nil {
		if class, _, _ := refusal(err); class == "untyped" {
			return err
		}
		if errDecide == nil || errDecide.Error() != err.Error() || events != nil || t.Events != nil || t.Before != t.After || t.After != (setupintent.Intent{}) {
			return errors.New("a refusal says two things, or emits something")
		}
		return nil
	}
	if errDecide != nil || !slices.Equal(events, t.Events) || t.Before != h.s {
		return errors.New("Decide and Apply differ")
	}
	if err := checkTransition(t); err != nil {
		return err
	}
	h.s = t.After
	h.events = append(h.events, t.Events...)
	if replayed := setupintent.Replay(slices.Values(h.events)); replayed != h.s {
		return fmt.Errorf("the events replay to %#v", replayed)
	}
	if h.s.Version != uint64(len(h.events)) {
		return errors.New("the version does not count the events")
	}
	at := intents.TimeOf(step.At)
	for _, stamp := range []intents.Time{h.s.Created, h.s.Attempt.Created} {
		if stamp > at {
			return fmt.Errorf("a time lies ahead: %v", stamp)
		}
	}
	for _, d := range t.Deferred {
		if d.NotBefore < at || d.Subject != h.s.ID {
			return fmt.Errorf("it owes %v", d)
		}
	}
	return errors.Join(h.books.Post(t.Events...), h.books.Check(h.s), stored(t))
}

// stored checks that the JSON of a transition's parts comes back as it was.
func stored(t setupintent.Transition) error {
	b, err := json.Marshal(t.After)
	if err != nil {
		return err
	}
	var s setupintent.Intent
	if err := json.Unmarshal(b, &s); err != nil || s != t.After {
		return fmt.Errorf("the intent comes back as %#v: %w", s, err)
	}
	for _, e := range t.Events {
		b, err := setupintent.MarshalEvent(e)
		if err != nil {
			return err
		}
		if back, err := setupintent.UnmarshalEvent(b); err != nil || back != e {
			return fmt.Errorf("%s comes back as %#v: %w", b, back, err)
		}
	}
	return nil
}

// checkJoined holds that Chain, Then and one Apply after the other come to the same.
func checkJoined(t *rapid.T) {
	s := setupintenttest.Intents().Draw(t, "intent")
	at := after(s)
	joined := setupintent.Transition{Before: s, After: s}
	var commands []setupintent.Command
	for range rapid.IntRange(0, 4).Draw(t, "n") {
		c := setupintenttest.Commands(joined.After).Draw(t, "command")
		commands = append(commands, c)
		next, err := setupintent.Apply(joined.After, c, at)
		if err != nil {
			chained, errChain := setupintent.Chain(s, at, commands...)
			require.Equal(t, err, errChain)
			require.Equal(t, setupintent.Transition{}, chained, "all or nothing")
			return
		}
		joined = joined.Then(next)
	}
	chained, err := setupintent.Chain(s, at, commands...)
	require.NoError(t, err)
	require.Equal(t, joined, chained)
	require.NoError(t, checkAttempts(joined))
	var fresh []intents.Deferred
	for _, d := range setupintent.Pending(joined.After) {
		if !slices.Contains(setupintent.Pending(s), d) {
			fresh = append(fresh, d)
		}
	}
	require.Equal(t, fresh, joined.Deferred, "deferred work is what After owes and Before did not")
	for _, e := range joined.Events {
		s = setupintent.Evolve(s, e)
	}
	require.Equal(t, s, joined.After)
}

// checkInPlace holds that Next does what Apply does, again and again.
func checkInPlace(t *rapid.T) {
	var inPlace setupintent.Transition
	for _, step := range setupintenttest.Runs().Draw(t, "run") {
		before := inPlace
		before.Events, before.Deferred = slices.Clone(inPlace.Events), slices.Clone(inPlace.Deferred)
		want, err := setupintent.Apply(inPlace.After, step.Command, step.At)
		if err != nil {
			require.Equal(t, err, inPlace.Next(step.Command, step.At))
			require.Equal(t, before, inPlace, "a refusal leaves it as it was")
			continue
		}
		require.NoError(t, inPlace.Next(step.Command, step.At))
		require.Equal(t, [2]setupintent.Intent{want.Before, want.After}, [2]setupintent.Intent{inPlace.Before, inPlace.After})
		require.True(t, slices.Equal(want.Events, inPlace.Events))
		require.True(t, slices.Equal(want.Deferred, inPlace.Deferred))
	}
}

// after returns a time at which nothing that is in the intent is ahead.
func after(s setupintent.Intent) time.Time {
	latest := start
	for _, at := range []intents.Time{s.Created, s.Attempt.Created} {
		if at.Time().After(latest) {
			latest = at.Time()
		}
	}
	return latest
}

// checkDeferred holds that Pending and Resume agree, that stale work is a no-op,
// and that work which comes late does what it would have done in time.
func checkDeferred(t *rapid.T) {
	s := setupintenttest.Intents().Draw(t, "intent")
	sim := setupintent.Simulator{}
	for _, d := range setupintent.Pending(s) {
		c, current := setupintent.Resume(s, d)
		require.True(t, current, "what is pending is current")
		require.Equal(t, d.Kind == setupintent.LapseAction, c != nil, "timers come with their command, jobs with none")
		for _, other := range []intents.Deferred{
			{Kind: d.Kind, Subject: d.Subject, NotBefore: d.NotBefore + 1},
			{Kind: d.Kind, Subject: d.Subject + "x", NotBefore: d.NotBefore},
			{Kind: d.Kind + "x", Subject: d.Subject, NotBefore: d.NotBefore},
		} {
			_, current := setupintent.Resume(s, other)
			require.False(t, current)
			stale, err := setupintent.Work(t.Context(), sim, s, other, after(s))
			require.NoError(t, err)
			require.Equal(t, setupintent.Transition{Before: s, After: s}, stale)
		}
		due := d.NotBefore.Time()
		if last := after(s); last.After(due) {
			due = last
		}
		inTime, err := setupintent.Work(t.Context(), sim, s, d, due)
		require.NoError(t, err)
		late, err := setupintent.Work(t.Context(), sim, s, d, due.Add(40*24*time.Hour))
		require.NoError(t, err)
		require.Equal(t, inTime.After.Status, late.After.Status)
		require.Equal(t, names(inTime.Events), names(late.Events))
		if inTime.After == s {
			t.Fatalf("current work does nothing: %v", d)
		}
		again, err := setupintent.Work(t.Context(), sim, inTime.After, d, due.Add(time.Hour))
		require.NoError(t, err)
		require.Empty(t, again.Events, "twice is harmless")
	}
}

func names(events []setupintent.Event) []string {
	var list []string
	for _, e := range events {
		list = append(list, e.Name())
	}
	return list
}

// checkCommandCodec holds that a command comes back from its JSON, but for text
// that is none, which the machine refuses or does not keep.
func checkCommandCodec(t *rapid.T) {
	s := setupintenttest.Intents().Draw(t, "intent")
	c := setupintenttest.Commands(s).Draw(t, "command")
	b, err := setupintent.MarshalCommand(c)
	if err != nil {
		class, param, _ := refusal(err)
		require.Equal(t, "contents", class)
		require.Equal(t, "command", param)
	} else if back, err := setupintent.UnmarshalCommand(b); err != nil {
		t.Fatalf("%s: %v", b, err)
	} else if c == back {
		return
	}
	if next, err := setupintent.Apply(s, c, after(s)); err == nil {
		require.NoError(t, stored(next), "what can't be stored leaves no trace")
	}
}

func checkPointers(t *rapid.T) {
	s := setupintenttest.Intents().Draw(t, "intent")
	c := rapid.SampledFrom(zeroCommands()).Draw(t, "command")
	for _, bad := range []setupintent.Command{nil, pointer(c), nilPointer(c)} {
		tr, err := setupintent.Apply(s, bad, after(s))
		require.Equal(t, setupintent.Transition{}, tr)
		class, param, _ := refusal(err)
		require.Equal(t, "contents", class)
		require.Equal(t, "command", param)
	}
}
