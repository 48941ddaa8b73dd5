package main

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
)

type Cart struct{ prices []int }

func (c *Cart) price(n int) int { return c.prices[n] }

func checkout(w http.ResponseWriter, r *http.Request) {
	c := &Cart{prices: []int{1, 2, 3}}
	fmt.Fprintln(w, c.price(7))
}

func main() {
	log.Print("listening on :8080")
	s := httptest.NewServer(http.HandlerFunc(checkout))
	http.Get(s.URL)
	log.Print("going on")
	switch os.Args[1] {
	case "panic":
		var c *Cart
		done := make(chan int)
		go func() { done <- c.price(0) }()
		<-done
	case "again":
		defer func() { panic(fmt.Errorf("while cleaning: %v", recover())) }()
		(&Cart{}).price(3)
	case "asleep":
		s.Close()
		http.DefaultClient.CloseIdleConnections()
		<-make(chan int)
	}
}
