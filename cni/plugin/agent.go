package plugin

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

const maxAnswer = 64 << 10

// A request on the agent's pod socket: one JSON object, one line.
type request struct {
	Op        string   `json:"op"`
	UID       string   `json:"uid"`
	Namespace string   `json:"namespace,omitempty"`
	Name      string   `json:"name,omitempty"`
	Account   string   `json:"serviceAccount"` // the agent knows it better
	Netns     string   `json:"netns,omitempty"`
	IPs       []string `json:"ips,omitempty"`
	CNI       bool     `json:"cni,omitempty"`
	Mesh      string   `json:"mesh,omitempty"` // the pod's own word, where it is known
	Gone      bool     `json:"gone,omitempty"`
}

type response struct {
	OK    bool   `json:"ok"`
	Error string `json:"error"`
	Retry bool   `json:"retry"`
}

// Asks the agent once. An error says that there is none to ask, in words for people.
func ask(socket string, timeout time.Duration, question request) (response, error) {
	connection, err := net.DialTimeout("unix", socket, timeout)
	if err != nil {
		return response{}, noAgent(socket, err)
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(timeout))
	line, err := json.Marshal(question)
	if err != nil {
		return response{}, err
	}
	if _, err := connection.Write(append(line, '\n')); err != nil {
		return response{}, fmt.Errorf("it does not listen: %w", err)
	}
	said, err := bufio.NewReader(io.LimitReader(connection, maxAnswer)).ReadBytes('\n')
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return response{}, fmt.Errorf("it has not answered within %s", timeout)
	case err != nil:
		return response{}, fmt.Errorf("it ended without an answer")
	}
	var parsed struct {
		OK *bool `json:"ok"`
		response
	}
	if err := json.Unmarshal(said, &parsed); err != nil || parsed.OK == nil {
		return response{}, fmt.Errorf("it says what is no answer")
	}
	parsed.response.OK = *parsed.OK
	return parsed.response, nil
}

func noAgent(socket string, err error) error {
	switch {
	case errors.Is(err, syscall.ENOENT):
		return fmt.Errorf("no socket %s", socket)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("nobody listens on %s", socket)
	}
	return err
}

// Enrolled tells whether a namespace is in the file that the agent keeps. Where there has never been
// an agent there is no file, and no namespace is in it.
func Enrolled(file, namespace string) (bool, error) {
	content, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, line := range strings.Split(string(content), "\n") {
		if line == namespace {
			return true, nil
		}
	}
	return false, nil
}

// Release has the agent let go of all its pods, before the mesh is removed from the node.
func Release(socket string, bound time.Duration) error {
	said, err := ask(socket, bound, request{Op: "release"})
	if err != nil {
		return err
	}
	if !said.OK {
		return errors.New(said.Error)
	}
	return nil
}
