//go:build unix

package conformance

import (
	"syscall"
	"time"
)

// cpuTime returns the CPU time that all threads of this process have used.
func cpuTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
