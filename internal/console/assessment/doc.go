// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package assessment shows risks and impact assessments where several sections do: a risk
// as a row with its bands before and after treatment, an impact assessment with what it
// concludes and where its conditions went. It stands between the shell and the sections.
package assessment
