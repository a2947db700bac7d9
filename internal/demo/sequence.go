// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// parameter is $name in a step of a sequence.
var parameter = regexp.MustCompile(`\$[a-z_]+`)

// fill puts what was given in the place of parameters. A text that is one parameter
// becomes what was given, whatever its type; what was not given falls away there.
func fill(step Act, given map[string]any) (Act, error) {
	raw, err := yaml.Marshal(step)
	if err != nil {
		return Act{}, err
	}
	var loose map[string]any
	if err := yaml.Unmarshal(raw, &loose); err != nil {
		return Act{}, err
	}
	filled, err := fillValue(loose, given)
	if err != nil {
		return Act{}, err
	}
	if raw, err = yaml.Marshal(filled); err != nil {
		return Act{}, err
	}
	var act Act
	return act, yaml.Unmarshal(raw, &act)
}

func fillValue(v any, given map[string]any) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, inner := range v {
			filled, err := fillValue(inner, given)
			if err != nil {
				return nil, err
			}
			if filled != nil {
				out[key] = filled
			}
		}
		return out, nil
	case []any:
		out := make([]any, 0, len(v))
		for _, inner := range v {
			filled, err := fillValue(inner, given)
			if err != nil {
				return nil, err
			}
			out = append(out, filled)
		}
		return out, nil
	case string:
		return fillText(v, given)
	default:
		return v, nil
	}
}

func fillText(text string, given map[string]any) (any, error) {
	if parameter.FindString(text) == text && text != "" {
		return given[text[1:]], nil
	}
	var missing []string
	out := parameter.ReplaceAllStringFunc(text, func(name string) string {
		value, ok := given[name[1:]]
		if !ok {
			missing = append(missing, name)
		}
		return fmt.Sprint(value)
	})
	if len(missing) > 0 {
		return nil, fmt.Errorf("%s is not given in %q", strings.Join(missing, ", "), text)
	}
	return out, nil
}

// unknown lists what was given to a sequence and stands nowhere in it, such as the half
// of a text that lacks its quotation marks.
func (s *Script) unknown(name string, given map[string]any) []string {
	uses := map[string]bool{}
	s.uses(name, uses)
	var list []string
	for parameter := range given {
		if !uses[parameter] {
			list = append(list, parameter)
		}
	}
	slices.Sort(list)
	return list
}

// uses collects the parameters of a sequence and of those it plays.
func (s *Script) uses(name string, into map[string]bool) {
	for _, step := range s.Sequences[name] {
		raw, err := yaml.Marshal(step)
		if err != nil {
			continue // it came from YAML
		}
		for _, found := range parameter.FindAllString(string(raw), -1) {
			into[found[1:]] = true
		}
		if step.Play != "" {
			s.uses(step.Play, into)
		}
	}
}
