// Package install puts the plugin into a node's network configuration, keeps it there, and takes it
// out again. It never leaves a file half written, and never one that is no JSON.
package install

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"fairlead.dev/cni/plugin"
)

// Entry is the plugin's part of a network configuration.
type Entry struct {
	Type         string          `json:"type"`
	Socket       string          `json:"socket"`
	StateFile    string          `json:"stateFile"`
	Timeout      int             `json:"timeout"`
	Capabilities map[string]bool `json:"capabilities"`
}

// NewEntry is the entry for an agent that listens at socket and keeps stateFile.
func NewEntry(socket, stateFile string) Entry {
	return Entry{plugin.Name, socket, stateFile, 65, map[string]bool{plugin.AnnotationsCapability: true}}
}

// One key of a JSON object, in the order of the file.
type member struct {
	key   string
	value json.RawMessage
}

func parseObject(content []byte) ([]member, error) {
	if !json.Valid(content) {
		return nil, errors.New("it is no JSON")
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, errors.New("it is no JSON object")
	}
	var members []member
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		members = append(members, member{token.(string), value})
	}
	return members, nil
}

func writeObject(members []member) ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, m := range members {
		if i > 0 {
			out.WriteByte(',')
		}
		key, err := json.Marshal(m.key)
		if err != nil {
			return nil, err
		}
		out.Write(key)
		out.WriteByte(':')
		out.Write(m.value)
	}
	out.WriteByte('}')
	var indented bytes.Buffer
	if err := json.Indent(&indented, out.Bytes(), "", "  "); err != nil {
		return nil, err
	}
	indented.WriteByte('\n')
	return indented.Bytes(), nil
}

func find(members []member, key string) int {
	for i, m := range members {
		if m.key == key {
			return i
		}
	}
	return -1
}

func typeOf(entry json.RawMessage) string {
	var head struct {
		Type string `json:"type"`
	}
	_ = json.Unmarshal(entry, &head)
	return head.Type
}

// AsList turns the configuration of one plugin into that of a list of one.
func AsList(content []byte) ([]byte, error) {
	members, err := parseObject(content)
	if err != nil {
		return nil, err
	}
	if find(members, "type") < 0 {
		return nil, errors.New("it names no plugin")
	}
	var list, only []member
	for _, m := range members {
		switch m.key {
		case "cniVersion", "name":
			list = append(list, m)
		default:
			only = append(only, m)
		}
	}
	entry, err := writeObject(only)
	if err != nil {
		return nil, err
	}
	list = append(list, member{"plugins", append(append([]byte{'['}, entry...), ']')})
	return writeObject(list)
}

// With is a list with our entry as its last. The very same bytes: it is so already.
func With(content []byte, entry Entry) ([]byte, error) {
	ours, err := json.Marshal(entry)
	if err != nil {
		return nil, err
	}
	members, plugins, err := parseList(content)
	if err != nil {
		return nil, err
	}
	if err := chainable(members); err != nil {
		return nil, err
	}
	others := without(plugins)
	if len(others) == 0 {
		return nil, errors.New("it has no plugin that makes a network")
	}
	if len(others) == len(plugins)-1 && same(plugins[len(plugins)-1], ours) {
		return content, nil
	}
	return replaced(members, append(others, ours))
}

// Without is a list without our entry. The very same bytes: there is none.
func Without(content []byte) ([]byte, error) {
	members, plugins, err := parseList(content)
	if err != nil {
		return nil, err
	}
	others := without(plugins)
	if len(others) == len(plugins) {
		return content, nil
	}
	return replaced(members, others)
}

func parseList(content []byte) ([]member, []json.RawMessage, error) {
	members, err := parseObject(content)
	if err != nil {
		return nil, nil, err
	}
	at := find(members, "plugins")
	if at < 0 {
		return nil, nil, errors.New("it has no list of plugins")
	}
	var plugins []json.RawMessage
	if err := json.Unmarshal(members[at].value, &plugins); err != nil {
		return nil, nil, fmt.Errorf("plugins: %w", err)
	}
	return members, plugins, nil
}

// Plugins are chained from version 0.3.0 on.
func chainable(members []member) error {
	version := ""
	if at := find(members, "cniVersion"); at >= 0 {
		_ = json.Unmarshal(members[at].value, &version)
	}
	switch version {
	case "", "0.1.0", "0.2.0":
		return fmt.Errorf("its cniVersion %q knows no chained plugins: 0.3.0 or later is needed", version)
	}
	return nil
}

func without(plugins []json.RawMessage) []json.RawMessage {
	var others []json.RawMessage
	for _, one := range plugins {
		if typeOf(one) != plugin.Name {
			others = append(others, one)
		}
	}
	return others
}

func same(a, b []byte) bool {
	var left, right bytes.Buffer
	return json.Compact(&left, a) == nil && json.Compact(&right, b) == nil && bytes.Equal(left.Bytes(), right.Bytes())
}

func replaced(members []member, plugins []json.RawMessage) ([]byte, error) {
	value, err := json.Marshal(plugins)
	if err != nil {
		return nil, err
	}
	next := append([]member(nil), members...)
	next[find(next, "plugins")].value = value
	content, err := writeObject(next)
	if err != nil {
		return nil, err
	}
	if _, _, err := parseList(content); err != nil {
		return nil, fmt.Errorf("what would be written is wrong: %w", err)
	}
	return content, nil
}
