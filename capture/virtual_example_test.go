package capture_test

import (
	"context"
	"fmt"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

func ExampleVirtual() {
	ctx := context.Background()
	v := capture.NewVirtual(time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC))
	now := intents.TimeOf(v.Now())
	err := v.Schedule(ctx,
		intents.Deferred{Kind: "hold.expire", Subject: "ch_2", NotBefore: now.Add(7 * 24 * time.Hour)},
		intents.Deferred{Kind: "charge.settle", Subject: "ch_1", NotBefore: now.Add(40 * time.Minute)},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	do := func(_ context.Context, work intents.Deferred) error {
		fmt.Println(v.Now().Format(time.DateTime), work.Kind, work.Subject)
		return nil
	}
	if err := v.Run(ctx, v.Now().Add(time.Hour), do); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(v.Now().Format(time.DateTime), "pending:", v.Len())
	if err := v.Drain(ctx, 100, do); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 2026-11-28 09:40:00 charge.settle ch_1
	// 2026-11-28 10:00:00 pending: 1
	// 2026-12-05 09:00:00 hold.expire ch_2
}

// One harness, three ways: under a seed for millions of steps, through every
// sequence of choices where they are few, and under rapid with the chooser of
// package capturetest.
func ExampleExhaustive() {
	orders := map[string]bool{}
	harness := func(c capture.Chooser) error {
		v, order := &capture.Virtual{}, ""
		if err := v.Inject(capture.Faults{Late: time.Hour, Grain: time.Hour}, c); err != nil {
			return err
		}
		if err := v.Schedule(context.Background(),
			intents.Deferred{Kind: "charge.settle", Subject: "a", NotBefore: 60},
			intents.Deferred{Kind: "charge.settle", Subject: "b", NotBefore: 120}); err != nil {
			return err
		}
		err := v.Drain(context.Background(), 10, func(_ context.Context, work intents.Deferred) error {
			order += work.Subject
			return nil
		})
		orders[order] = true
		return err
	}
	fmt.Println(harness(capture.Seeded(1)))
	runs, err := capture.Exhaustive(100, harness)
	fmt.Println(runs, err, orders)
	// Output:
	// <nil>
	// 4 <nil> map[ab:true ba:true]
}
