// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"archive/zip"
	"bytes"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/gabriel-vasile/mimetype"

	"github.com/counterfoil/counterfoil/internal/fault"
)

// MaxFileBytes bounds an attachment.
const MaxFileBytes = 20 << 20

// maxFileName is how many characters of a file's name are kept.
const maxFileName = 200

// File is what somebody attaches.
type File struct {
	Name  string // as the browser calls it
	Bytes []byte
}

// fileType is a type of file that may be attached, with the ends its names have.
type fileType struct {
	media string
	ends  []string
}

// fileTypes are the whole list: documents, tables, pictures and plain text. Nothing
// a browser or an office program runs: no HTML, no SVG, no archives, no macros.
var fileTypes = []fileType{
	{"application/pdf", []string{".pdf"}},
	{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", []string{".docx"}},
	{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", []string{".xlsx"}},
	{"application/vnd.openxmlformats-officedocument.presentationml.presentation", []string{".pptx"}},
	{"application/vnd.oasis.opendocument.text", []string{".odt"}},
	{"application/vnd.oasis.opendocument.spreadsheet", []string{".ods"}},
	{"application/vnd.oasis.opendocument.presentation", []string{".odp"}},
	{"image/png", []string{".png"}},
	{"image/jpeg", []string{".jpg", ".jpeg"}},
	{"image/gif", []string{".gif"}},
	{"image/webp", []string{".webp"}},
	{"application/json", []string{".json", ".txt"}},
	{"text/csv", []string{".csv", ".txt", ".log", ".md"}},
	{"text/tab-separated-values", []string{".tsv", ".txt", ".log", ".md"}},
	{"text/plain", []string{".txt", ".md", ".csv", ".tsv", ".log", ".eml", ".yaml", ".yml"}},
}

// FileEnds lists the ends of names that may be attached, for a form.
func FileEnds() []string {
	var ends []string
	for _, t := range fileTypes {
		for _, end := range t.ends {
			if !slices.Contains(ends, end) {
				ends = append(ends, end)
			}
		}
	}
	return ends
}

// check tells the type of the content, or what is wrong with the file.
func (f *File) check() (media string, err error) {
	refuse := func(says string) (string, error) { return "", fault.Fields{"file": says}.Err() }
	switch name := f.name(); {
	case name == "":
		return refuse("Choose a file.")
	case len(f.Bytes) == 0:
		return refuse("The file is empty.")
	case len(f.Bytes) > MaxFileBytes:
		return refuse(TooLarge)
	}
	found := mimetype.Detect(f.Bytes)
	i := slices.IndexFunc(fileTypes, func(t fileType) bool { return found.Is(t.media) })
	if i < 0 {
		return refuse("This is " + found.String() + " by its content, which cannot be attached. Attach a PDF, an office document without macros, a picture or plain text.")
	}
	if end := strings.ToLower(path.Ext(f.name())); !slices.Contains(fileTypes[i].ends, end) {
		return refuse("The content is " + fileTypes[i].media + ", and the name does not end like one: " + strings.Join(fileTypes[i].ends, ", ") + ".")
	}
	if hasMacros(f.Bytes) {
		return refuse("The document holds macros. Save it without them, or as a PDF.")
	}
	return fileTypes[i].media, nil
}

// TooLarge says that a file exceeds MaxFileBytes.
const TooLarge = "The file is larger than 20 MiB. Attach a smaller one, or keep it elsewhere and write its SHA-256 in a comment."

// hasMacros tells whether an office document carries programs.
func hasMacros(raw []byte) bool {
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return false // no office document
	}
	return slices.ContainsFunc(archive.File, func(f *zip.File) bool {
		name := strings.ToLower(f.Name)
		return path.Base(name) == "vbaproject.bin" || strings.HasPrefix(name, "basic/") || strings.HasPrefix(name, "scripts/")
	})
}

// name is the last part of the name, as something that can be shown and saved.
func (f *File) name() string {
	name := f.Name
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	if runes := []rune(name); len(runes) > maxFileName {
		name = string(runes[len(runes)-maxFileName:]) // with its end
	}
	return name
}
