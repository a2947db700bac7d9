// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package fakeprovider is a model provider for tests and benchmarks: it speaks
// enough of the OpenAI chat completions and the Anthropic messages interfaces
// for real clients, keeps what it received, and misbehaves on request.
//
// An answer is a function of the request alone. By default the last text of the
// user comes back, in deltas whose borders fall anywhere, so whatever a gateway
// put in the place of a value returns and can be restored. Ids and usage figures
// follow from the form of a request (model, roles, tools), never from its words:
// an answer through a redacting gateway can be compared with a direct one.
//
// What happens is chosen by the model's name, or by the header Fake-Behaviour
// when the name must be a real one; see [Behaviour]. "echo-1", or the header
// Fake-Chunk, sets the length of each delta in characters.
//
// The package is not a model of any provider's limits, prices or wording.
package fakeprovider
