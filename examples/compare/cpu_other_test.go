//go:build !unix

package compare

import "time"

var begin = time.Now()

// cpuTime returns the time on the wall, where the system has no getrusage.
func cpuTime() time.Duration { return time.Since(begin) }
