package explore_test

import (
	"errors"
	"fmt"

	"github.com/payintent/intents/internal/explore"
)

// A tank overflows, because its taps look at the level and not at what they add.
func Example() {
	type tank struct{ Litres int }
	r, err := explore.Run(explore.Config[tank, string]{
		Initial: []tank{{}},
		Actions: func(tank) []string { return []string{"drip", "pour", "drain"} },
		Step: func(s tank, tap string) (tank, bool, error) {
			switch {
			case tap == "drain" && s.Litres > 0:
				return tank{}, true, nil
			case tap == "drip" && s.Litres < 5:
				return tank{s.Litres + 1}, true, nil
			case tap == "pour" && s.Litres < 5:
				return tank{s.Litres + 3}, true, nil
			}
			return s, false, nil
		},
		Invariants: []explore.Invariant[tank]{{Name: "holds six litres", Check: func(s tank) error {
			if s.Litres > 6 {
				return errors.New("it overflows")
			}
			return nil
		}}},
	})
	fmt.Println(r)
	fmt.Println(err)
	// Output:
	// 8 states, 21 steps (16 accepted, 5 refused), depth 3, 0 arcs
	// invariant "holds six litres": it overflows
	// breaches: 1; a shortest path to one, of 3 steps:
	// 	s0 := explore_test.tank{Litres:0}
	// 	s1 := step(s0, "drip")
	// 	s2 := step(s1, "pour")
	// 	s3 := step(s2, "pour")
	// 	// s3 is explore_test.tank{Litres:7}
}
