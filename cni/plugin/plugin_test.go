package plugin

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const prevResult = `{"cniVersion":"1.0.0","interfaces":[{"name":"eth0"}],"ips":[{"address":"10.1.2.3/24"},{"address":"fd00::3/64"}]}`

// What an agent does with a connection.
type behaviour func(request string, connection net.Conn)

func says(answer string) behaviour {
	return func(_ string, connection net.Conn) { fmt.Fprintln(connection, answer) }
}

func hangsUp(string, net.Conn) {}

// Answers when the peer gives up.
func isSilent(_ string, connection net.Conn) { _, _ = connection.Read(make([]byte, 1)) }

// A fake agent in dir; returns its socket and the lines that it is asked.
func agent(t *testing.T, behave behaviour) (string, chan string) {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "pods.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	asked := make(chan string, 10)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer connection.Close()
				line, _ := bufio.NewReader(connection).ReadString('\n')
				asked <- line
				behave(line, connection)
			}()
		}
	}()
	return socket, asked
}

func gone(t *testing.T) string { return filepath.Join(t.TempDir(), "pods.sock") }

func stateFile(t *testing.T, namespaces ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "enrolled")
	if err := os.WriteFile(file, []byte(strings.Join(namespaces, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

type outcome struct {
	status   int
	out, log string
}

func (o outcome) failure(t *testing.T) Failure {
	t.Helper()
	var f Failure
	if err := json.Unmarshal([]byte(o.out), &f); err != nil {
		t.Fatalf("%q: %v", o.out, err)
	}
	return f
}

func run(command, args, netns, config string) outcome {
	var out, log bytes.Buffer
	status := Main(strings.NewReader(config), &out, &log, Call{command, netns, args})
	return outcome{status, strings.TrimSpace(out.String()), log.String()}
}

func args(namespace string) string {
	return "IgnoreUnknown=1;K8S_POD_NAMESPACE=" + namespace + ";K8S_POD_NAME=p;K8S_POD_UID=a-1"
}

func config(socket, state, more string) string {
	return fmt.Sprintf(`{"cniVersion":"1.0.0","name":"n","type":"fairlead-cni","socket":%q,"stateFile":%q,"timeout":1,"prevResult":%s%s}`,
		socket, state, prevResult, more)
}

func TestAPodIsAddedWithItsNamespaceAndAddresses(t *testing.T) {
	socket, asked := agent(t, says(`{"ok":true,"retry":false}`))
	got := run("ADD", args("default"), "/run/netns/x", config(socket, "", ""))
	if got.status != 0 || got.out != prevResult {
		t.Fatalf("%+v", got)
	}
	want := `{"op":"add","uid":"a-1","namespace":"default","name":"p","serviceAccount":"","netns":"/run/netns/x","ips":["10.1.2.3","fd00::3"],"cni":true}` + "\n"
	if line := <-asked; line != want {
		t.Fatalf("asked %s", line)
	}
}

func TestAddWithAgentsThatMisbehave(t *testing.T) {
	agents := map[string]behaviour{
		"silent":   isSilent,
		"hangs up": hangsUp,
		"garbage":  says(`hello`),
		"no word":  says(`{"retry":true}`),
		"gone":     nil,
	}
	for name, behave := range agents {
		for _, namespace := range []string{"enrolled", "other"} {
			t.Run(name+" "+namespace, func(t *testing.T) {
				socket := gone(t)
				if behave != nil {
					socket, _ = agent(t, behave)
				}
				got := run("ADD", args(namespace), "/n", config(socket, stateFile(t, "a", "enrolled"), ""))
				if namespace == "other" {
					if got.status != 0 || got.out != prevResult || !strings.Contains(got.log, "passes") {
						t.Fatalf("%+v", got)
					}
					return
				}
				f := got.failure(t)
				if got.status != 1 || f.Code != codeTryAgainLater || f.CNIVersion != "1.0.0" ||
					!strings.Contains(f.Msg, "pod enrolled/p waits") {
					t.Fatalf("%+v", got)
				}
			})
		}
	}
}

func TestWhatTheAgentRefuses(t *testing.T) {
	for answer, code := range map[string]int{
		`{"ok":false,"error":"no certificate","retry":true}`: codeTryAgainLater,
		`{"ok":false,"error":"no such thing","retry":false}`: codeRefused,
	} {
		socket, _ := agent(t, says(answer))
		got := run("ADD", args("other"), "/n", config(socket, stateFile(t), ""))
		if f := got.failure(t); got.status != 1 || f.Code != code || !strings.Contains(f.Msg, "no ") {
			t.Errorf("%s: %+v", answer, got)
		}
	}
}

func TestWithoutAnAgentThePodsOwnWordCounts(t *testing.T) {
	for _, test := range []struct {
		namespace, word string
		passes          bool
	}{
		{"other", "enabled", false},
		{"enrolled", "disabled", true},
		{"enrolled", "maybe", false},
		{"other", "maybe", true},
	} {
		more := `,"runtimeConfig":{"io.kubernetes.cri.pod-annotations":{"fairlead.dev/mesh":"` + test.word + `"}}`
		got := run("ADD", args(test.namespace), "/n", config(gone(t), stateFile(t, "enrolled"), more))
		if (got.status == 0) != test.passes {
			t.Errorf("%+v: %+v", test, got)
		}
	}
}

func TestWhereNoAgentHasEverBeenAllPass(t *testing.T) {
	got := run("ADD", args("default"), "/n", config(gone(t), filepath.Join(t.TempDir(), "none"), ""))
	if got.status != 0 {
		t.Fatalf("%+v", got)
	}
}

func TestSomePodsAreNeverBlockedNorAskedFor(t *testing.T) {
	for _, args := range []string{
		args("kube-system"),
		args("fairlead-system"),
		"K8S_POD_NAMESPACE=enrolled;K8S_POD_NAME=p;K8S_POD_UID=0123456789abcdef0123456789abcdef",
		"K8S_POD_NAMESPACE=enrolled;K8S_POD_NAME=p",
		"",
	} {
		socket, asked := agent(t, isSilent)
		got := run("ADD", args, "/n", config(socket, stateFile(t, "enrolled", "kube-system", "fairlead-system"), ""))
		if got.status != 0 || len(asked) != 0 {
			t.Errorf("%s: %+v", args, got)
		}
	}
}

func TestDelTellsTheAgentAndNeverFails(t *testing.T) {
	socket, asked := agent(t, says(`{"ok":false,"error":"x","retry":true}`))
	got := run("DEL", args("default"), "/run/netns/x", config(socket, "", ""))
	if got.status != 0 || got.out != "" {
		t.Fatalf("%+v", got)
	}
	want := `{"op":"remove","uid":"a-1","serviceAccount":"","netns":"/run/netns/x","gone":true}` + "\n"
	if line := <-asked; line != want {
		t.Fatalf("asked %s", line)
	}
	if got := run("DEL", args("default"), "/run/netns/x", config(gone(t), "", "")); got.status != 0 {
		t.Fatalf("%+v", got)
	}
	if run("DEL", args("default"), "", config(socket, "", "")); len(asked) != 0 {
		t.Fatal("a sandbox without namespace was told of twice")
	}
}

func TestVersion(t *testing.T) {
	got := run("VERSION", "", "", `{"cniVersion":"0.4.0"}`)
	want := `{"cniVersion":"1.1.0","supportedVersions":["0.3.0","0.3.1","0.4.0","1.0.0","1.1.0"]}`
	if got.status != 0 || got.out != want {
		t.Fatalf("%+v", got)
	}
}

func TestOtherCalls(t *testing.T) {
	for _, test := range []struct {
		command, config string
		code            int
	}{
		{"STATUS", `{"cniVersion":"1.1.0"}`, 0},
		{"GC", `{"cniVersion":"1.1.0"}`, 0},
		{"CHECK", config("", "", ""), 0},
		{"CHECK", `{"cniVersion":"1.0.0"}`, codeInvalidConfig},
		{"ADD", `{"cniVersion":"1.0.0"}`, codeInvalidConfig},
		{"ADD", `{"cniVersion":"0.2.0"}`, codeIncompatibleVersion},
		{"ADD", `{"cniVersion":"1.0.0","prevResult":{"ips":[]}}`, codeInvalidConfig},
		{"ADD", `{"cniVersion":"1.0.0","prevResult":{"ips":[{"address":"x"}]}}`, codeInvalidConfig},
		{"ADD", `{`, codeDecode},
		{"JUMP", `{"cniVersion":"1.0.0"}`, codeInvalidEnvironment},
	} {
		got := run(test.command, args("default"), "/n", test.config)
		if test.code == 0 && got.status != 0 || test.code != 0 && got.failure(t).Code != test.code {
			t.Errorf("%+v: %+v", test, got)
		}
	}
}

func FuzzMain(f *testing.F) {
	f.Add("ADD", "K8S_POD_NAMESPACE=default;K8S_POD_UID=a-1", prevResult)
	f.Fuzz(func(t *testing.T, command, args, result string) {
		run(command, args, "/n", config("/nonexistent/socket", "/nonexistent/file", "")[:40]+result)
		run(command, args, "/n", `{"cniVersion":"1.0.0","socket":"/nonexistent/socket","prevResult":`+result+`}`)
	})
}
