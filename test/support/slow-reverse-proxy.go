// The reverse proxy of Go's library, with a slow uplink that its callers share: slow-reverse-proxy TARGET BYTES_A_SECOND [late]
// With "late", it always notices the end of a request after it has passed on the first piece of the answer. Then Go closes the
// connection to the target. In a busy proxy this happens now and then.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strconv"
	"sync"
	"time"
)

type uplink struct {
	net.Listener
	bytesASecond int
	busy         sync.Mutex
}

type uplinkConn struct {
	net.Conn
	uplink *uplink
}

func (u *uplink) Accept() (net.Conn, error) {
	conn, err := u.Listener.Accept()
	return uplinkConn{conn, u}, err
}

func (c uplinkConn) Read(piece []byte) (int, error) {
	if c.uplink.bytesASecond == 0 {
		return c.Conn.Read(piece)
	}
	// Go 1.19 of Debian 12 has no built-in min.
	if len(piece) > 4096 {
		piece = piece[:4096]
	}
	n, err := c.Conn.Read(piece)
	c.uplink.busy.Lock()
	defer c.uplink.busy.Unlock()
	time.Sleep(time.Duration(n) * time.Second / time.Duration(c.uplink.bytesASecond))
	return n, err
}

type lateEnd struct{}

type lateBody struct {
	io.ReadCloser
	left  int64
	begun chan struct{}
}

func (b *lateBody) Read(piece []byte) (int, error) {
	if b.left == 0 {
		<-b.begun
	}
	n, err := b.ReadCloser.Read(piece)
	b.left -= int64(n)
	return n, err
}

type lateConn struct {
	net.Conn
	once   sync.Once
	closed chan struct{}
}

func (c *lateConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

type lateAnswer struct {
	io.ReadCloser
	pieces int
	begun  chan struct{}
	closed chan struct{}
}

func (a *lateAnswer) Read(piece []byte) (int, error) {
	a.pieces++
	if a.pieces == 2 {
		close(a.begun)
		<-a.closed
	}
	return a.ReadCloser.Read(piece)
}

func (lateEnd) RoundTrip(request *http.Request) (*http.Response, error) {
	begun, closed := make(chan struct{}), make(chan struct{})
	transport := &http.Transport{DialContext: func(_ context.Context, network, address string) (net.Conn, error) {
		conn, err := net.Dial(network, address)
		return &lateConn{Conn: conn, closed: closed}, err
	}}
	request.Body = &lateBody{request.Body, request.ContentLength, begun}
	answer, err := transport.RoundTrip(request)
	if err == nil {
		answer.Body = &lateAnswer{answer.Body, 0, begun, closed}
	}
	return answer, err
}

func main() {
	target, _ := url.Parse(os.Args[1])
	bytesASecond, _ := strconv.Atoi(os.Args[2])
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Printf("{\"msg\":\"listening\",\"port\":%d}\n", listener.Addr().(*net.TCPAddr).Port)
	proxy := httputil.NewSingleHostReverseProxy(target)
	if len(os.Args) > 3 {
		proxy.Transport = lateEnd{}
	}
	panic(http.Serve(&uplink{Listener: listener, bytesASecond: bytesASecond}, proxy))
}
