// A reverse proxy as Go's library makes it, whose callers share a slow uplink: slow-reverse-proxy TARGET BYTES_A_SECOND
package main

import (
	"fmt"
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
	// Without the built-in min, which Go 1.19 of Debian 12 does not have.
	if len(piece) > 4096 {
		piece = piece[:4096]
	}
	n, err := c.Conn.Read(piece)
	c.uplink.busy.Lock()
	defer c.uplink.busy.Unlock()
	time.Sleep(time.Duration(n) * time.Second / time.Duration(c.uplink.bytesASecond))
	return n, err
}

func main() {
	target, _ := url.Parse(os.Args[1])
	bytesASecond, _ := strconv.Atoi(os.Args[2])
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Printf("{\"msg\":\"listening\",\"port\":%d}\n", listener.Addr().(*net.TCPAddr).Port)
	panic(http.Serve(&uplink{Listener: listener, bytesASecond: bytesASecond}, httputil.NewSingleHostReverseProxy(target)))
}
