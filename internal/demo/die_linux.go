package demo

import (
	"os/exec"
	"syscall"
)

// die makes a child end with the demo, however the demo ends.
func die(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
