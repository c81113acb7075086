package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"time"
)

// Who waits longer than this on a terminal is shown how far it is.
const patience = time.Second

// progress is a line on standard error that says how far the work is, and is gone when it is done. The nil progress says
// nothing.
type progress struct {
	w       io.Writer
	width   int
	started time.Time
	stop    chan struct{}
	stopped chan struct{}

	mu    sync.Mutex
	doing string
	parts map[string]float64 // of what is read, how much of it is, from 0 to 1
}

// watch begins a progress on a terminal. In a pipe, in CI and on a terminal that cannot clear a line there is none.
func watch(stderr io.Writer, reading []string) *progress {
	width, _ := terminal(stderr)
	if width == 0 || os.Getenv("CI") != "" || os.Getenv("TERM") == "dumb" {
		return nil
	}
	p := newProgress(stderr, width, reading)
	tick := time.NewTicker(100 * time.Millisecond)
	interrupt := make(chan os.Signal, 1)
	signal.Notify(interrupt, os.Interrupt)
	go func() {
		defer tick.Stop()
		defer signal.Stop(interrupt)
		p.draw(tick.C, interrupt)
	}()
	return p
}

// draw keeps the line up to date until the end, and takes it away.
func (p *progress) draw(tick <-chan time.Time, interrupt <-chan os.Signal) {
	defer close(p.stopped)
	drawn := false
	clear := func() {
		if drawn {
			io.WriteString(p.w, "\r\x1b[K")
		}
	}
	for {
		select {
		case <-p.stop:
			clear()
			return
		case <-interrupt:
			clear()
			os.Exit(130) // as a shell says of what SIGINT has ended
		case now := <-tick:
			if now.Sub(p.started) >= patience {
				io.WriteString(p.w, "\r"+p.line(now)+"\x1b[K")
				drawn = true
			}
		}
	}
}

func newProgress(w io.Writer, width int, reading []string) *progress {
	p := &progress{w: w, width: width, started: time.Now(), stop: make(chan struct{}), stopped: make(chan struct{}), doing: "reading", parts: map[string]float64{}}
	for _, path := range reading {
		p.parts[path] = 0
	}
	return p
}

// read tells how far the reading of a path is.
func (p *progress) read(path string, done, all int64) {
	if p == nil || all <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.parts[path] = min(float64(done)/float64(all), 1)
}

// step names what is done after the reading.
func (p *progress) step(doing string) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.doing, p.parts = doing, nil
}

// end takes the line away, before anything else is written.
func (p *progress) end() {
	if p == nil {
		return
	}
	select {
	case <-p.stop:
		return // it has ended
	default:
	}
	close(p.stop)
	<-p.stopped
}

const barWidth = 24

// line is what there is to say: a bar where it can be told how much is to come.
func (p *progress) line(now time.Time) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	said := fmt.Sprintf("demarc: %s  %d s", p.doing, int(now.Sub(p.started).Seconds()))
	if len(p.parts) > 0 {
		var sum float64
		for _, part := range p.parts {
			sum += part
		}
		share := sum / float64(len(p.parts))
		full := int(share * barWidth)
		said = fmt.Sprintf("demarc: %s [%s%s] %3d %%  %d s", p.doing, strings.Repeat("#", full), strings.Repeat(".", barWidth-full),
			int(share*100), int(now.Sub(p.started).Seconds()))
	}
	return said[:min(len(said), max(p.width-1, 0))] // a line that wraps could not be taken away
}
