// Fairlead's CNI plugin: chained after the node's network, it has the agent capture a pod before
// anything of it runs. Called by the container runtime; see the package plugin.
package main

import (
	"os"

	"fairlead.dev/cni/plugin"
)

func main() {
	os.Exit(plugin.Main(os.Stdin, os.Stdout, os.Stderr, plugin.Environment(os.Getenv)))
}
