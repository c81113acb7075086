package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// fault is a mistake of demarc's own: a panic, caught so that the user learns which input brought it about.
type fault struct {
	doing string
	cause string
	stack []byte
}

func (f *fault) Error() string {
	return fmt.Sprintf(`internal error while %s: %s
  the mistake is demarc's, not the input's; please report it, with the lines below:
  https://github.com/demarc-dev/demarc/issues`, f.doing, f.cause)
}

// guarded runs f and makes a panic in it a *fault. A panic in another goroutine is that goroutine's to guard.
func guarded(doing string, f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			// Only the runtime's own words are sure to hold no value of the input.
			cause := fmt.Sprintf("panic of a %T", v)
			if e, ok := v.(runtime.Error); ok {
				cause = e.Error()
			}
			err = &fault{doing, cause, debug.Stack()}
		}
	}()
	return f()
}
