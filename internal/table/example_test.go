package table_test

import (
	"fmt"

	"github.com/payintent/intents/internal/table"
)

func Example() {
	door := table.Machine{
		Name:     "door",
		Statuses: []table.Status{{Name: "open", Initial: true}, {Name: "shut"}, {Name: "locked"}},
		Arcs: []table.Arc{
			{Command: "push", From: "open", To: "shut", Kind: table.Request},
			{Command: "push", From: "shut", To: "open", Kind: table.Request},
			{Command: "turn", From: "shut", To: "locked", Kind: table.Request},
			{Command: "turn", From: "locked", To: "shut", Kind: table.Request},
		},
	}
	readme := []byte("A door:\n<!-- begin:matrix -->\n<!-- end:matrix -->\n")
	readme, err := table.Replace(readme, "matrix", table.Fence("", door.Matrix()))
	fmt.Println(string(readme), door.Check(), err)
	// Output:
	// A door:
	// <!-- begin:matrix -->
	// ```
	//         push  turn
	// open    shut  ·
	// shut    open  locked
	// locked  ·     shut
	// ```
	// <!-- end:matrix -->
	//  <nil> <nil>
}
