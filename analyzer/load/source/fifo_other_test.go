//go:build !unix

package source_test

import "testing"

func fifo(*testing.T, string) bool { return false }
