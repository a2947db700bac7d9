// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Command bareproxy is the yardstick of the benchmark: httputil.ReverseProxy in
// front of one origin, as plain as it can be. It prints its address.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
)

func main() {
	log.SetFlags(0)
	listen := flag.String("listen", "127.0.0.1:0", "address to serve on")
	origin := flag.String("origin", "", "where requests go")
	flag.Parse()
	target, err := url.Parse(*origin)
	if err != nil || target.Host == "" {
		log.Fatalf("bareproxy: -origin %q is no URL", *origin)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost, transport.DisableCompression = 0, 512, true
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		FlushInterval: -1,
		Transport:     transport,
		ErrorLog:      log.New(io.Discard, "", 0), // the load counts what fails
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatalf("bareproxy: listen: %v", err)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	log.Fatal(http.Serve(listener, proxy))
}
