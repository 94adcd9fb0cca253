// Package score measures attribution models against worlds whose truth is known: how far their shares are from what each
// channel caused, whether they rank channels rightly, and whether their intervals hold what they promise.
//
// The worlds are simulated companies, seen through the same identities, sessions, channels and stages as real ones, and
// small worlds of journeys that isolate one difficulty each. Truth is always found in the same way: switch a channel
// off, keep every random number, and count what is missing.
//
// The package is pure: the same options give the same figures on any number of processors.
package score
