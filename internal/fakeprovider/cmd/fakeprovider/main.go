// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Command fakeprovider serves the fake provider on a loopback address and
// prints that address on its first line. Requests received are shown by
// GET /__dumps when -record is given.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/counterfoil/counterfoil/internal/fakeprovider"
)

func main() {
	log.SetFlags(0)
	var config fakeprovider.Config
	listen := flag.String("listen", "127.0.0.1:0", "address to serve on")
	flag.StringVar(&config.Secret, "secret", "", "the only key accepted; empty accepts all")
	flag.BoolVar(&config.Record, "record", false, "keep every request for GET /__dumps")
	flag.Parse()

	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatalf("fakeprovider: listen: %v", err)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	server := &http.Server{Handler: fakeprovider.New(config), ReadHeaderTimeout: 10 * time.Second}
	log.Fatalf("fakeprovider: serve: %v", server.Serve(listener))
}
