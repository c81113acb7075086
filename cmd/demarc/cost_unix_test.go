//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
	"time"
)

// cost is what a process that has ended used: its peak of memory in bytes, and its processor time.
func cost(p *os.ProcessState) (memory int64, cpu time.Duration) {
	usage := p.SysUsage().(*syscall.Rusage)
	memory = int64(usage.Maxrss)
	if runtime.GOOS != "darwin" {
		memory <<= 10 // Linux and the BSDs count in kilobytes
	}
	return memory, p.UserTime() + p.SystemTime()
}
