// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"fmt"

	"github.com/counterfoil/counterfoil/internal/standard"
)

// measureFunctions hold the measurement plan against the catalogue.
func measureFunctions() Functions {
	return Functions{Guards: map[string]GuardFunc{
		"measure_signal_known": measureSignalKnown,
		"measure_threshold":    measureThreshold,
	}}
}

func measureSignalKnown(_ context.Context, _ *Reader, record *Record, _ Actor) (bool, string, error) {
	id := record.Values.Text("signal")
	_, known := standard.ISO42001().Signals[id]
	return id == "" || known, fmt.Sprintf("The catalogue has no signal %q. Leave the field empty for a measure of your own.", id), nil
}

// measureThreshold lets a threshold differ from the suggested one only with a reason.
func measureThreshold(_ context.Context, _ *Reader, record *Record, _ Actor) (bool, string, error) {
	v := record.Values
	signal, ok := standard.ISO42001().Signals[v.Text("signal")]
	if !ok || v.Text("deviation") != "" || v.Text("pass") == signal.Pass && v.Text("warn") == signal.Warn {
		return true, "", nil
	}
	return false, fmt.Sprintf("The catalogue suggests %s as good and %s as a warning. Say why yours differ.", quoted(signal.Pass), quoted(signal.Warn)), nil
}

func quoted(threshold string) string {
	if threshold == "" {
		return "nothing"
	}
	return "“" + threshold + "”"
}
