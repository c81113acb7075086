//go:build unix

package source_test

import (
	"syscall"
	"testing"
)

// fifo makes a named pipe, and tells whether it could.
func fifo(t *testing.T, path string) bool {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return true
}
