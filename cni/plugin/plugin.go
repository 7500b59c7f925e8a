// Package plugin is the CNI plugin: one call of the container runtime, one answer.
//
// With an agent on the node it asks the agent to capture the pod and waits for the answer. Without
// one, pods of namespaces that ask for capture are refused, so that the runtime tries again, and all
// others pass. Source: the CNI specification, 0.3.1 to 1.1.0.
package plugin

import (
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"
)

// Name of the plugin, as its binary and its entry in a configuration are called.
const Name = "fairlead-cni"

const (
	latest = "1.1.0"

	codeIncompatibleVersion = 1
	codeInvalidEnvironment  = 4
	codeDecode              = 6
	codeInvalidConfig       = 7
	codeTryAgainLater       = 11
	codeRefused             = 100 // the first of the plugins' own

	defaultTimeout = 65 * time.Second // the agent waits 30 s for word of the pod and 30 s for its certificate
	removeTimeout  = 5 * time.Second  // a pod's end must not wait for an agent that hangs
)

var supported = []string{"0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"}

// Pods that the mesh itself, or the cluster, needs to run.
var system = map[string]bool{"kube-system": true, "fairlead-system": true}

// AnnotationsCapability is how a runtime that knows a pod's annotations is asked for them.
const AnnotationsCapability = "io.kubernetes.cri.pod-annotations"

const meshAnnotation = "fairlead.dev/mesh"

// Config is what the plugin reads from its entry in the network's configuration.
type Config struct {
	CNIVersion    string          `json:"cniVersion"`
	Socket        string          `json:"socket"`    // the agent's pod socket
	StateFile     string          `json:"stateFile"` // enrolled namespaces, one a line, kept by the agent
	Timeout       int             `json:"timeout"`   // seconds that ADD waits for the agent
	PrevResult    json.RawMessage `json:"prevResult"`
	RuntimeConfig struct {
		Annotations map[string]string `json:"io.kubernetes.cri.pod-annotations"`
	} `json:"runtimeConfig"`
}

// Call is the environment of one call.
type Call struct {
	Command, Netns, Args string
}

// Environment reads the call's environment.
func Environment(get func(string) string) Call {
	return Call{get("CNI_COMMAND"), get("CNI_NETNS"), get("CNI_ARGS")}
}

// Failure is an answer that says why not.
type Failure struct {
	CNIVersion string `json:"cniVersion"`
	Code       int    `json:"code"`
	Msg        string `json:"msg"`
	Details    string `json:"details,omitempty"`
}

func (f *Failure) Error() string { return f.Msg }

func fail(code int, format string, args ...any) *Failure {
	return &Failure{Code: code, Msg: "fairlead: " + fmt.Sprintf(format, args...)}
}

// Main answers one call and returns the exit status.
func Main(in io.Reader, out, log io.Writer, call Call) int {
	input, err := io.ReadAll(in)
	if err != nil {
		return answer(out, latest, nil, fail(codeDecode, "configuration cannot be read: %v", err))
	}
	if call.Command == "VERSION" {
		return answer(out, latest, versions(), nil)
	}
	var config Config
	if err := json.Unmarshal(input, &config); err != nil {
		return answer(out, latest, nil, fail(codeDecode, "configuration is no JSON: %v", err))
	}
	result, failure := handle(config, call, log)
	return answer(out, config.CNIVersion, result, failure)
}

func versions() []byte {
	text, _ := json.Marshal(struct {
		CNIVersion        string   `json:"cniVersion"`
		SupportedVersions []string `json:"supportedVersions"`
	}{latest, supported})
	return text
}

func answer(out io.Writer, version string, result []byte, failure *Failure) int {
	if failure != nil {
		failure.CNIVersion = version
		text, _ := json.Marshal(failure)
		fmt.Fprintln(out, string(text))
		return 1
	}
	if result != nil {
		fmt.Fprintln(out, string(result))
	}
	return 0
}

func handle(config Config, call Call, log io.Writer) ([]byte, *Failure) {
	if !contains(supported, config.CNIVersion) {
		return nil, fail(codeIncompatibleVersion, "cniVersion %q is none of %s", config.CNIVersion,
			strings.Join(supported, ", "))
	}
	switch call.Command {
	case "ADD":
		return add(config, call, log)
	case "DEL":
		remove(config, call)
		return nil, nil
	case "CHECK": // the agent looks after its rules itself
		if len(config.PrevResult) == 0 {
			return nil, fail(codeInvalidConfig, "prevResult is missing")
		}
		return nil, nil
	case "GC", "STATUS": // nothing is kept per attachment; other pods start without us
		return nil, nil
	}
	return nil, fail(codeInvalidEnvironment, "CNI_COMMAND %q is not known", call.Command)
}

func add(config Config, call Call, log io.Writer) ([]byte, *Failure) {
	if len(config.PrevResult) == 0 {
		return nil, fail(codeInvalidConfig, "prevResult is missing: the plugin belongs behind the one that makes the network")
	}
	pod := podOf(call.Args)
	if !concerns(pod) {
		return config.PrevResult, nil
	}
	if call.Netns == "" {
		return nil, fail(codeInvalidEnvironment, "CNI_NETNS is not set")
	}
	addresses, err := addressesOf(config.PrevResult)
	if err != nil {
		return nil, fail(codeInvalidConfig, "prevResult: %v", err)
	}
	timeout := defaultTimeout
	if config.Timeout > 0 {
		timeout = time.Duration(config.Timeout) * time.Second
	}
	said, err := ask(config.Socket, timeout, request{
		Op: "add", UID: pod.uid, Namespace: pod.namespace, Name: pod.name,
		Netns: call.Netns, IPs: addresses, CNI: true, Mesh: config.RuntimeConfig.Annotations[meshAnnotation],
	})
	switch {
	case err != nil:
		return withoutAgent(config, pod, err, log)
	case said.OK:
		return config.PrevResult, nil
	case said.Retry:
		return nil, fail(codeTryAgainLater, "pod %s/%s is not captured yet: %s", pod.namespace, pod.name, said.Error)
	}
	return nil, fail(codeRefused, "pod %s/%s cannot be captured: %s", pod.namespace, pod.name, said.Error)
}

// Without an agent nothing can be captured: who asks for it must wait.
func withoutAgent(config Config, pod pod, reason error, log io.Writer) ([]byte, *Failure) {
	asks := false
	switch config.RuntimeConfig.Annotations[meshAnnotation] {
	case "enabled":
		asks = true
	case "disabled":
	default:
		var err error
		if asks, err = Enrolled(config.StateFile, pod.namespace); err != nil {
			return nil, fail(codeTryAgainLater, "no agent answers on this node (%v), and whether namespace %s asks for capture cannot be read: %v",
				reason, pod.namespace, err)
		}
	}
	if asks {
		return nil, fail(codeTryAgainLater, "no agent answers on this node (%v): pod %s/%s waits for it, because it is to be captured before it runs",
			reason, pod.namespace, pod.name)
	}
	fmt.Fprintf(log, "fairlead-cni: pod %s/%s passes: no agent answers (%v) and its namespace does not ask for capture\n",
		pod.namespace, pod.name, reason)
	return config.PrevResult, nil
}

// The end of a pod is told, not asked for: a pod always ends. Without a namespace it has been told.
func remove(config Config, call Call) {
	pod := podOf(call.Args)
	if concerns(pod) && call.Netns != "" {
		_, _ = ask(config.Socket, removeTimeout, request{Op: "remove", UID: pod.uid, Gone: true, Netns: call.Netns})
	}
}

type pod struct{ namespace, name, uid string }

func podOf(args string) pod {
	var p pod
	for _, pair := range strings.Split(args, ";") {
		key, value, _ := strings.Cut(pair, "=")
		switch key {
		case "K8S_POD_NAMESPACE":
			p.namespace = value
		case "K8S_POD_NAME":
			p.name = value
		case "K8S_POD_UID":
			p.uid = value
		}
	}
	return p
}

// Whether the mesh may have to do with a pod. A UID without dashes is the kubelet's own, of a static
// pod, which the API server knows by another.
func concerns(p pod) bool {
	return p.namespace != "" && !system[p.namespace] && strings.Contains(p.uid, "-")
}

// The addresses in a result of the plugins before, the primary one first.
func addressesOf(result []byte) ([]string, error) {
	var parsed struct {
		IPs []struct {
			Address string `json:"address"`
		} `json:"ips"`
	}
	if err := json.Unmarshal(result, &parsed); err != nil {
		return nil, err
	}
	var addresses []string
	for _, ip := range parsed.IPs {
		prefix, err := netip.ParsePrefix(ip.Address)
		if err != nil {
			return nil, err
		}
		addresses = append(addresses, prefix.Addr().String())
	}
	if len(addresses) == 0 {
		return nil, fmt.Errorf("no address")
	}
	return addresses, nil
}

func contains(list []string, wanted string) bool {
	for _, one := range list {
		if one == wanted {
			return true
		}
	}
	return false
}
