// Puts Fairlead's CNI plugin into a node's network configuration and keeps it there; takes it out.
//
//	run        installs, and repairs until it is told to stop; what is installed stays
//	install    once
//	uninstall  takes it out, and removes what is left on the node
//	prestop    before an agent stops: does nothing for a restart or an update; where the DaemonSet
//	           is removed, has the agent let go of all pods, and uninstalls
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"fairlead.dev/cni/install"
	"fairlead.dev/cni/plugin"
)

const (
	interval      = 500 * time.Millisecond // how soon a configuration that was written anew is repaired
	releaseBound  = 45 * time.Second       // connections that pods hold may take their time
	settle        = time.Second            // a runtime that has just read the old configuration
	usage         = "usage: fairlead-cni-install run|install|uninstall|prestop [flags]"
	agentResource = "fairlead-agent"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	flags := flag.NewFlagSet("fairlead-cni-install", flag.ExitOnError)
	var node install.Node
	flags.StringVar(&node.ConfDir, "conf-dir", "/etc/cni/net.d", "the node's network configurations")
	flags.StringVar(&node.BinDir, "bin-dir", "/opt/cni/bin", "the runtime's plugins")
	flags.StringVar(&node.Plugin, "plugin", "/opt/fairlead/cni/fairlead-cni", "the plugin to install")
	flags.StringVar(&node.StateDir, "state-dir", "/var/lib/fairlead/cni", "what is kept on the node")
	flags.StringVar(&node.Socket, "socket", "/run/fairlead/pods.sock", "the agent's pod socket")
	namespace := flags.String("namespace", "fairlead-system", "where the agents' DaemonSet is")
	daemonSet := flags.String("daemonset", agentResource, "its name")
	_ = flags.Parse(os.Args[2:])

	var err error
	switch os.Args[1] {
	case "run":
		go mayAsk(*namespace, *daemonSet)
		err = run(node)
	case "install":
		node.ForgetRemoval()
		err = tell(node.Install())
	case "uninstall":
		err = uninstall(node)
	case "prestop":
		err = prestop(node, *namespace, *daemonSet)
	default:
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	if err != nil {
		log("warn", err.Error())
		os.Exit(1)
	}
}

func log(level, text string) {
	fmt.Fprintf(os.Stderr, "%s %s cni %s\n", time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), level, text)
}

func tell(did []string, err error) error {
	for _, one := range did {
		log("info", one)
	}
	return err
}

func run(node install.Node) error {
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	node.ForgetRemoval()
	trouble := ""
	for stop.Err() == nil {
		said := ""
		if err := tell(node.Install()); err != nil {
			said = err.Error()
		}
		if said != trouble && said != "" {
			log("warn", "not installed yet: "+said)
		}
		trouble = said
		select {
		case <-stop.Done():
		case <-time.After(interval):
		}
	}
	return nil
}

// Says while it can still be mended that a removal would not be noticed.
func mayAsk(namespace, daemonSet string) {
	cluster, err := install.InCluster(os.Getenv)
	if err == nil {
		var removed bool
		if removed, err = cluster.Removed(context.Background(), namespace, daemonSet); removed {
			err = errors.New("the API server does not show it to this account")
		}
	}
	if err != nil {
		log("warn", "whether DaemonSet "+namespace+"/"+daemonSet+" is removed cannot be told: "+err.Error())
	}
}

func uninstall(node install.Node) error {
	if err := node.BeginRemoval(); err != nil {
		return err
	}
	err := tell(node.Unchain())
	time.Sleep(settle)
	if err != nil {
		return err // the binary stays where a configuration may still name it
	}
	return node.RemoveFiles()
}

func prestop(node install.Node, namespace, daemonSet string) error {
	cluster, err := install.InCluster(os.Getenv)
	if err != nil {
		return err
	}
	removed, err := cluster.Removed(context.Background(), namespace, daemonSet)
	if err != nil {
		return fmt.Errorf("whether the mesh is removed is not known, so it stays: %w", err)
	}
	if !removed {
		return nil
	}
	log("info", "the mesh is removed from this node")
	var problems []string
	if err := node.BeginRemoval(); err != nil {
		problems = append(problems, err.Error())
	}
	if err := tell(node.Unchain()); err != nil {
		problems = append(problems, err.Error())
	}
	if err := plugin.Release(node.Socket, releaseBound); err != nil {
		problems = append(problems, err.Error())
	}
	if len(problems) == 0 {
		if err := node.RemoveFiles(); err != nil {
			problems = append(problems, err.Error())
		}
	}
	if len(problems) > 0 {
		return errors.New(strings.Join(problems, "; "))
	}
	return nil
}
