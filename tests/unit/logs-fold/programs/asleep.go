package main

import "sync"

func wait(mu *sync.Mutex) { mu.Lock() }

func main() {
	var mu sync.Mutex
	mu.Lock()
	go wait(&mu)
	wait(&mu)
}
