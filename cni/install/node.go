package install

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"

	"fairlead.dev/cni/plugin"
)

// Node is where things are on a node.
type Node struct {
	ConfDir  string // network configurations; the runtime takes the first
	BinDir   string // the runtime's plugins
	Plugin   string // our binary, to be copied to BinDir
	StateDir string // what the agent keeps for the plugin, and the configurations as they were
	Socket   string // the agent's pod socket
}

func (n Node) entry() Entry { return NewEntry(n.Socket, filepath.Join(n.StateDir, "enrolled")) }

func (n Node) binary() string { return filepath.Join(n.BinDir, plugin.Name) }

// Configurations as they were before, and as we wrote them, by name.
func (n Node) saved(kind, name string) string { return filepath.Join(n.StateDir, kind, name) }

const (
	original = "original"
	written  = "written"
	lockName = "lock"
)

// ErrRemoved tells of a node from which the plugin is being removed: nothing is installed any more.
var ErrRemoved = errors.New("the mesh is being removed from this node")

func (n Node) removal() string { return filepath.Join(n.StateDir, "removed") }

// BeginRemoval has whoever repairs the installation stop.
func (n Node) BeginRemoval() error {
	return n.alone(func() error { return replace(n.removal(), nil, 0o600) })
}

// Runs do while no other process does the same on this node: an installation that has begun is whole
// before a removal begins.
func (n Node) alone(do func() error) error {
	if err := os.MkdirAll(n.StateDir, 0o755); err != nil {
		return err
	}
	lock, err := os.OpenFile(filepath.Join(n.StateDir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	return do()
}

// ForgetRemoval lets a node have the plugin again that it was removed from before.
func (n Node) ForgetRemoval() { _ = os.Remove(n.removal()) }

// Install brings a node to where the plugin is chained, whatever has changed meanwhile, and says
// what it did; nothing: all is as it should be. The binary comes first: no configuration names what
// is not there.
func (n Node) Install() ([]string, error) {
	var did []string
	err := n.alone(func() (err error) {
		did, err = n.install()
		return err
	})
	return did, err
}

func (n Node) install() ([]string, error) {
	if _, err := os.Stat(n.removal()); err == nil {
		return nil, ErrRemoved
	}
	var did []string
	changed, err := n.installBinary()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", n.binary(), err)
	}
	if changed {
		did = append(did, "installed "+n.binary())
	}
	names, err := n.configurations()
	if err != nil {
		return did, err
	}
	if len(names) == 0 {
		return did, ErrNoNetwork
	}
	changed, err = n.chain(names[0])
	if err != nil {
		return did, fmt.Errorf("%s: %w", filepath.Join(n.ConfDir, names[0]), err)
	}
	if changed {
		did = append(did, "chained behind the network of "+filepath.Join(n.ConfDir, names[0]))
	}
	return did, nil
}

// ErrNoNetwork tells of a node whose network is not configured yet: nothing can be chained to it.
var ErrNoNetwork = errors.New("the node has no network configuration yet")

func (n Node) installBinary() (bool, error) {
	ours, err := os.ReadFile(n.Plugin)
	if err != nil {
		return false, err
	}
	if there, err := os.ReadFile(n.binary()); err == nil && bytes.Equal(there, ours) {
		return false, nil
	}
	return true, replace(n.binary(), ours, 0o755)
}

// Names of configurations in the order in which a runtime looks at them.
func (n Node) configurations() ([]string, error) {
	entries, err := os.ReadDir(n.ConfDir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		switch filepath.Ext(entry.Name()) {
		case ".conf", ".conflist", ".json":
			if !entry.IsDir() {
				names = append(names, entry.Name())
			}
		}
	}
	sort.Strings(names)
	return names, nil
}

func isList(name string, content []byte) bool {
	if filepath.Ext(name) == ".conflist" {
		return true
	}
	members, err := parseObject(content)
	return err == nil && find(members, "plugins") >= 0
}

func (n Node) chain(name string) (bool, error) {
	file := filepath.Join(n.ConfDir, name)
	before, err := os.ReadFile(file)
	if err != nil {
		return false, err
	}
	mode := modeOf(file)
	if isList(name, before) {
		after, err := With(before, n.entry())
		if err != nil || bytes.Equal(after, before) {
			return false, err
		}
		return true, n.put(name, name, before, after, mode)
	}
	list, err := AsList(before)
	if err != nil {
		return false, err
	}
	after, err := With(list, n.entry())
	if err != nil {
		return false, err
	}
	listName := strings.TrimSuffix(name, filepath.Ext(name)) + ".conflist"
	if err := n.put(name, listName, before, after, mode); err != nil {
		return false, err
	}
	return true, os.Remove(file) // the runtime would take it before the list
}

// Writes a configuration, and before that what it was: under the list's name, whatever its own.
func (n Node) put(oldName, name string, before, after []byte, mode fs.FileMode) error {
	if clean, err := Without(before); err != nil || bytes.Equal(clean, before) {
		// else what is there is an older one of ours, and what was before is kept already
		saved := append([]byte(oldName+"\n"), before...)
		if err := replace(n.saved(original, name), saved, 0o600); err != nil {
			return err
		}
	}
	if err := replace(n.saved(written, name), after, 0o600); err != nil {
		return err
	}
	return replace(filepath.Join(n.ConfDir, name), after, mode)
}

// Unchain takes the plugin out of every configuration: what nobody else has changed since becomes
// what it was, byte by byte.
func (n Node) Unchain() ([]string, error) {
	names, err := n.configurations()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var did []string
	var failed []error
	for _, name := range names {
		changed, err := n.unchain(name)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", name, err))
		}
		if changed {
			did = append(did, "taken out of "+filepath.Join(n.ConfDir, name))
		}
	}
	return did, errors.Join(failed...)
}

func (n Node) unchain(name string) (bool, error) {
	file := filepath.Join(n.ConfDir, name)
	there, err := os.ReadFile(file)
	if err != nil {
		return false, err
	}
	if !isList(name, there) {
		return false, nil
	}
	clean, err := Without(there)
	if err != nil || bytes.Equal(clean, there) {
		return false, nil // what we cannot read is not ours
	}
	saved, savedErr := os.ReadFile(n.saved(original, name))
	ours, oursErr := os.ReadFile(n.saved(written, name))
	oldName, before, found := strings.Cut(string(saved), "\n")
	if savedErr != nil || oursErr != nil || !found || !bytes.Equal(ours, there) {
		return true, replace(file, clean, modeOf(file))
	}
	if err := replace(filepath.Join(n.ConfDir, filepath.Base(oldName)), []byte(before), modeOf(file)); err != nil {
		return false, err
	}
	if filepath.Base(oldName) != name {
		return true, os.Remove(file)
	}
	return true, nil
}

// RemoveFiles removes the binary and all that is kept. After Unchain, when nothing calls it any more.
func (n Node) RemoveFiles() error {
	err := os.Remove(n.binary())
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	for _, name := range []string{original, written, "enrolled", "enrolled.new", "removed", lockName} {
		err = errors.Join(err, os.RemoveAll(filepath.Join(n.StateDir, name)))
	}
	_ = os.Remove(n.StateDir) // where it is empty, and not a mount
	return err
}

func modeOf(file string) fs.FileMode {
	if info, err := os.Stat(file); err == nil {
		return info.Mode().Perm()
	}
	return 0o600
}

// Replaces a file whole: whoever reads it finds the old or the new one. Nobody takes the unfinished
// one for a configuration.
func replace(file string, content []byte, mode fs.FileMode) error {
	folder := filepath.Dir(file)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	fresh, err := os.CreateTemp(folder, ".fairlead-*.new")
	if err != nil {
		return err
	}
	defer os.Remove(fresh.Name())
	_, err = fresh.Write(content)
	err = errors.Join(err, fresh.Chmod(mode), fresh.Sync(), fresh.Close())
	if err != nil {
		return err
	}
	return os.Rename(fresh.Name(), file)
}
