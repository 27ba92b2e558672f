// Package capturetest holds what the tests of an importer of package capture
// need: a conformance kit for implementations of capture.Scheduler, and
// generators to draw from with pgregory.net/rapid.
//
// A machine of this library does nothing by itself. It says what work is
// owed, and a Scheduler keeps that until its time has come. So a payment is only as sound as
// the Scheduler: one that loses work strands money, and one that hands work out
// early makes a handler ask for what is not there yet. TestScheduler runs any
// implementation (a database table, a job queue, a workflow timer) through the
// promises that the machines rely on. They are in the comment of
// capture.Scheduler; each has a Rule here, and a SchedulerError names the one that is broken.
package capturetest
