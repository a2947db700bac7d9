// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package witnesses

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"filippo.io/torchwood"
	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	tdclient "github.com/transparency-dev/witness/client/http"
	tdwitness "github.com/transparency-dev/witness/witness"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/witness"
)

// TestTheirWitnesses has both witnesses of others, and ours, follow a growing
// log through our client. Each head then satisfies a trust policy that asks for
// all three, by our reading and by torchwood's.
func TestTheirWitnesses(t *testing.T) {
	log := newLog(t)
	parties := []party{transparencyDev(t, log.key), litewitness(t, log.key), ours(t, log.key)}
	text := "log " + log.key + "\n"
	for i, p := range parties {
		text += fmt.Sprintf("witness w%d %s %s\n", i, p.key, p.url)
	}
	text += "group everybody all w0 w1 w2\nquorum everybody\n"
	policy, err := counterfoil.ParsePolicy([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := torchwood.ParsePolicy([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var client witness.Client
	last := uint64(0)
	for _, n := range []int{1, 1, 6, 0, 300, 77} {
		size := log.grow(n, "main").tree.Size()
		head := log.head(t, size)
		signed := head
		for _, w := range policy.Witnesses() {
			line, err := client.CosignFrom(t.Context(), w.URL, w.Key, last, head, log.prove)
			if err != nil {
				t.Fatalf("size %d after %d: %v", size, last, err)
			}
			signed = append(signed[:len(signed):len(signed)], line...)
		}
		c, cosigned, err := policy.Check(signed)
		if err != nil || c.Size != size || len(cosigned) != len(parties) {
			t.Fatalf("size %d: %+v, %v, %v", size, c, cosigned, err)
		}
		for _, one := range cosigned {
			if off := time.Since(one.Time); off < -time.Minute || off > time.Minute {
				t.Errorf("%s signed at %s", one.Name, one.Time)
			}
		}
		if c, _, err := torchwood.VerifyCheckpoint(signed, theirs); err != nil || uint64(c.N) != size {
			t.Fatalf("size %d: torchwood: %v", size, err)
		}
		last = size
	}
	for _, p := range parties {
		refusals(t, log, p)
	}
}

// refusals asks a witness for what none may give. For a fork at the size it
// knows, litewitness and transparency.dev answer as for a wrong proof; for a
// foreign signature transparency.dev answers that it failed.
func refusals(t *testing.T, log *judged, p party) {
	t.Helper()
	var client witness.Client
	size := log.tree.Size()
	fork := newLog(t).grow(10, "main").grow(int(size), "other")
	fork.signer = log.signer
	ask := func(old, at uint64, proof []counterfoil.Hash) error {
		_, err := client.Cosign(t.Context(), p.url, p.key, old, proof, fork.head(t, at))
		return err
	}
	if err := ask(size, size, nil); !errors.Is(err, witness.ErrFork) && !errors.Is(err, witness.ErrProof) {
		t.Errorf("%s: a fork of the same size: %v", p.name, err)
	}
	proof, err := fork.prove(size, size+10)
	if err != nil {
		t.Fatal(err)
	}
	if err := ask(size, size+10, proof); !errors.Is(err, witness.ErrProof) {
		t.Errorf("%s: a larger fork: %v", p.name, err)
	}
	if conflict, ok := errors.AsType[*witness.ConflictError](ask(0, 5, nil)); !ok || conflict.Size != size {
		t.Errorf("%s: a head of the past: %+v", p.name, conflict)
	}
	stranger := newLog(t).grow(1, "main")
	_, err = client.Cosign(t.Context(), p.url, p.key, 0, nil, stranger.head(t, 1))
	status, failed := errors.AsType[*witness.StatusError](err)
	if !errors.Is(err, witness.ErrNotTrusted) && (!failed || status.Status != http.StatusInternalServerError) {
		t.Errorf("%s: another key: %v", p.name, err)
	}
	unknown := strings.Replace(string(log.head(t, size)), origin+"\n", "unknown.example\n", 1)
	if _, err := client.Cosign(t.Context(), p.url, p.key, 0, nil, []byte(unknown)); !errors.Is(err, witness.ErrUnknownLog) {
		t.Errorf("%s: unknown log: %v", p.name, err)
	}
}

// TestTheirClient has transparency.dev's client ask our witness.
func TestTheirClient(t *testing.T) {
	log := newLog(t).grow(40, "main")
	p := ours(t, log.key)
	target, err := url.Parse(p.url)
	if err != nil {
		t.Fatal(err)
	}
	client := tdclient.NewWitness(target, http.DefaultClient)
	last := uint64(0)
	for _, size := range []uint64{1, 7, 7, 40} {
		var proof [][]byte
		if last != 0 && last != size {
			hashes, err := log.prove(last, size)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range hashes {
				proof = append(proof, h[:])
			}
		}
		head := log.head(t, size)
		line, _, err := client.Update(t.Context(), last, head, proof)
		if err != nil {
			t.Fatalf("size %d: %v", size, err)
		}
		if _, list, err := counterfoil.VerifyCosigned(append(head, line...), log.key, []string{p.key}); err != nil || len(list) != 1 {
			t.Errorf("size %d: %v, %v", size, list, err)
		}
		last = size
	}
	fork := newLog(t).grow(40, "other")
	fork.signer = log.signer
	for name, tt := range map[string]struct {
		old  uint64
		head []byte
		want error
	}{
		"the past":    {7, log.head(t, 30), tdwitness.ErrCheckpointStale},
		"no proof":    {40, log.grow(1, "main").head(t, 41), tdwitness.ErrInvalidProof},
		"a fork":      {40, fork.head(t, 40), tdwitness.ErrRootMismatch},
		"another key": {0, newLog(t).head(t, 0), tdwitness.ErrNoValidSignature},
		"old size":    {41, log.head(t, 40), tdwitness.ErrOldSizeInvalid},
	} {
		if _, _, err := client.Update(t.Context(), tt.old, tt.head, nil); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v; want %v", name, err, tt.want)
		}
	}
}

// TestTessera runs a log of Tessera that publishes a head only if our witness
// and litewitness cosigned it.
func TestTessera(t *testing.T) {
	log := newLog(t) // its key alone
	parties := []party{ours(t, log.key), litewitness(t, log.key)}
	text := fmt.Sprintf("log %s\nwitness a %s %s\nwitness b %s %s\ngroup both all a b\nquorum both\n",
		log.key, parties[0].key, parties[0].url, parties[1].key, parties[1].url)
	group, err := tessera.NewWitnessGroupFromPolicy([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	policy, err := counterfoil.ParsePolicy([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	driver, err := posix.New(ctx, posix.Config{Path: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	options := tessera.NewAppendOptions().WithCheckpointSigner(log.signer).WithWitnesses(group, &tessera.WitnessOptions{Timeout: time.Minute}).
		WithCheckpointInterval(100*time.Millisecond).WithBatching(1, 10*time.Millisecond)
	appender, shutdown, reader, err := tessera.NewAppender(ctx, driver, options)
	if err != nil {
		t.Fatal(err)
	}
	awaiter := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, 20*time.Millisecond)
	for i := range 4 {
		at, signed, err := awaiter.Await(ctx, appender.Add(ctx, tessera.NewEntry(fmt.Appendf(nil, "entry %d", i))))
		if err != nil {
			t.Fatal(err)
		}
		c, cosigned, err := policy.Check(signed)
		if err != nil || c.Size <= at.Index || len(cosigned) != 2 {
			t.Errorf("entry %d: %+v, %v, %v", at.Index, c, cosigned, err)
		}
	}
	if err := shutdown(ctx); err != nil {
		t.Fatal(err)
	}
}
