package install

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const bridge = `{"cniVersion": "1.0.0", "name": "pods",
  "plugins": [
    {"type": "bridge", "bridge": "cni0", "ipam": {"type": "host-local", "n": 1e3}},
    {"type": "portmap", "capabilities": {"portMappings": true}}
  ], "disableCheck": true}
`

const ptp = `{ "name": "pods", "cniVersion": "0.4.0", "type": "ptp", "ipMasq": true }`

func node(t *testing.T, configurations map[string]string) Node {
	t.Helper()
	root := t.TempDir()
	n := Node{
		ConfDir:  filepath.Join(root, "net.d"),
		BinDir:   filepath.Join(root, "bin"),
		Plugin:   filepath.Join(root, "plugin"),
		StateDir: filepath.Join(root, "state"),
		Socket:   "/run/fairlead/pods.sock",
	}
	write(t, n.Plugin, "binary 1")
	if err := os.Mkdir(n.ConfDir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range configurations {
		write(t, filepath.Join(n.ConfDir, name), content)
	}
	return n
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o640); err != nil {
		t.Fatal(err)
	}
}

// Everything in the folder of configurations.
func configurations(t *testing.T, n Node) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(n.ConfDir)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(n.ConfDir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[entry.Name()] = string(content)
	}
	return all
}

func install(t *testing.T, n Node) []string {
	t.Helper()
	did, err := n.Install()
	if err != nil {
		t.Fatal(err)
	}
	return did
}

func uninstall(t *testing.T, n Node) {
	t.Helper()
	if _, err := n.Unchain(); err != nil {
		t.Fatal(err)
	}
	if err := n.RemoveFiles(); err != nil {
		t.Fatal(err)
	}
}

func types(t *testing.T, content string) string {
	t.Helper()
	_, plugins, err := parseList([]byte(content))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, one := range plugins {
		names = append(names, typeOf(one))
	}
	return strings.Join(names, " ")
}

func TestThePluginIsChainedLastAndTakenOutWithoutATrace(t *testing.T) {
	for name, before := range map[string]map[string]string{
		"list":        {"10-bridge.conflist": bridge},
		"one plugin":  {"10-ptp.conf": ptp},
		"first of 3":  {"10-bridge.conflist": bridge, "20-ptp.conf": ptp, "README": "x"},
		"json is too": {"10-ptp.json": ptp},
	} {
		t.Run(name, func(t *testing.T) {
			n := node(t, before)
			if did := install(t, n); len(did) != 2 {
				t.Fatalf("%v", did)
			}
			names, _ := n.configurations()
			got := types(t, configurations(t, n)[names[0]])
			if got != "bridge portmap fairlead-cni" && got != "ptp fairlead-cni" {
				t.Fatalf("%s", got)
			}
			if info, _ := os.Stat(n.binary()); info.Mode().Perm() != 0o755 {
				t.Fatalf("%v", info.Mode())
			}
			if did := install(t, n); len(did) != 0 {
				t.Fatalf("again: %v", did)
			}
			uninstall(t, n)
			if after := configurations(t, n); !equal(after, before) {
				t.Fatalf("%v", after)
			}
			for _, left := range []string{n.binary(), n.StateDir} {
				if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
					t.Fatalf("%s is left", left)
				}
			}
			uninstall(t, n)
		})
	}
}

func equal(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for key, value := range a {
		if b[key] != value {
			return false
		}
	}
	return true
}

func TestEverythingElseOfAListStays(t *testing.T) {
	n := node(t, map[string]string{"10-bridge.conflist": bridge})
	install(t, n)
	got := configurations(t, n)["10-bridge.conflist"]
	for _, part := range []string{`"disableCheck": true`, `"n": 1e3`, `"portMappings": true`, `"cniVersion": "1.0.0"`,
		`"socket": "/run/fairlead/pods.sock"`, `"io.kubernetes.cri.pod-annotations": true`} {
		if !strings.Contains(got, part) {
			t.Errorf("%s is not in %s", part, got)
		}
	}
}

func TestItIsPutBackWhereTheNetworkIsConfiguredAnew(t *testing.T) {
	n := node(t, map[string]string{"10-x.conf": ptp})
	install(t, n)
	changed := strings.Replace(ptp, "true", "false", 1)
	write(t, filepath.Join(n.ConfDir, "10-x.conf"), changed)
	if did := install(t, n); len(did) != 1 {
		t.Fatalf("%v", did)
	}
	write(t, filepath.Join(n.ConfDir, "05-new.conflist"), bridge)
	install(t, n)
	if got := types(t, configurations(t, n)["05-new.conflist"]); got != "bridge portmap fairlead-cni" {
		t.Fatalf("%s", got)
	}
	uninstall(t, n)
	want := map[string]string{"10-x.conf": changed, "05-new.conflist": bridge}
	if after := configurations(t, n); !equal(after, want) {
		t.Fatalf("%v", after)
	}
}

func TestWhatOthersChangedSinceStays(t *testing.T) {
	n := node(t, map[string]string{"10-bridge.conflist": bridge})
	install(t, n)
	file := filepath.Join(n.ConfDir, "10-bridge.conflist")
	ours := configurations(t, n)["10-bridge.conflist"]
	write(t, file, strings.Replace(ours, "cni0", "cni1", 1))
	install(t, n)
	uninstall(t, n)
	got := configurations(t, n)["10-bridge.conflist"]
	if types(t, got) != "bridge portmap" || !strings.Contains(got, "cni1") {
		t.Fatalf("%s", got)
	}
}

func TestANewBinaryTakesTheOldOnesPlace(t *testing.T) {
	n := node(t, map[string]string{"10-bridge.conflist": bridge})
	install(t, n)
	write(t, n.Plugin, "binary 2")
	if did := install(t, n); len(did) != 1 || !strings.Contains(did[0], "installed") {
		t.Fatalf("%v", did)
	}
	os.Remove(n.binary())
	if did := install(t, n); len(did) != 1 {
		t.Fatalf("%v", did)
	}
}

func TestAnotherPlaceForTheSocketIsWritten(t *testing.T) {
	n := node(t, map[string]string{"10-bridge.conflist": bridge})
	install(t, n)
	n.Socket = "/run/other.sock"
	install(t, n)
	got := configurations(t, n)["10-bridge.conflist"]
	if types(t, got) != "bridge portmap fairlead-cni" || !strings.Contains(got, "/run/other.sock") {
		t.Fatalf("%s", got)
	}
	uninstall(t, n)
	if after := configurations(t, n); after["10-bridge.conflist"] != bridge {
		t.Fatalf("%v", after)
	}
}

func TestWhatCannotBeChainedIsLeftAsItIs(t *testing.T) {
	for name, content := range map[string]string{
		"10-a.conflist": `{"cniVersion": "1.0.0", "plug`,
		"10-b.conflist": `{"cniVersion": "1.0.0"}`,
		"10-c.conflist": `{"cniVersion": "0.2.0", "plugins": [{"type": "bridge"}]}`,
		"10-d.conflist": `{"cniVersion": "1.0.0", "plugins": []}`,
		"10-e.conflist": `[]`,
		"10-f.conf":     `{"cniVersion": "1.0.0", "name": "x"}`,
		"10-g.conf":     `{"name": "x", "type": "ptp"}`,
		"10-h.conflist": ``,
	} {
		n := node(t, map[string]string{name: content})
		if _, err := n.Install(); err == nil {
			t.Errorf("%s was chained", name)
		}
		if after := configurations(t, n); after[name] != content || len(after) != 1 {
			t.Errorf("%v", after)
		}
		if _, err := n.Unchain(); err != nil {
			t.Errorf("%v", err)
		}
	}
}

func TestNothingIsInstalledWhileItIsRemoved(t *testing.T) {
	n := node(t, map[string]string{"10-bridge.conflist": bridge})
	install(t, n)
	if err := n.BeginRemoval(); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Unchain(); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Install(); !errors.Is(err, ErrRemoved) {
		t.Fatalf("%v", err)
	}
	n.ForgetRemoval()
	install(t, n)
	uninstall(t, n)
}

func TestANodeWithoutANetworkIsWaitedFor(t *testing.T) {
	n := node(t, map[string]string{"README": "x"})
	if _, err := n.Install(); !errors.Is(err, ErrNoNetwork) {
		t.Fatalf("%v", err)
	}
}

func FuzzConfigurations(f *testing.F) {
	f.Add(bridge)
	f.Add(ptp)
	f.Fuzz(func(t *testing.T, content string) {
		entry := NewEntry("/s", "/f")
		if list, err := AsList([]byte(content)); err == nil {
			content = string(list)
		}
		with, err := With([]byte(content), entry)
		if err != nil {
			return
		}
		again, err := With(with, entry)
		if err != nil || string(again) != string(with) {
			t.Fatalf("%s is not the same again: %s, %v", with, again, err)
		}
		if _, err := Without(with); err != nil {
			t.Fatalf("%s: %v", with, err)
		}
	})
}
