package install

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestARollingUpdateIsNoRemoval(t *testing.T) {
	for _, test := range []struct {
		status  int
		body    string
		removed bool
		fails   bool
	}{
		{200, `{"metadata":{"name":"fairlead-agent"}}`, false, false},
		{200, `{"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"}}`, true, false},
		{404, `{}`, true, false},
		{401, `{}`, true, false},
		{403, `{}`, true, false},
		{500, `{}`, false, true},
		{200, `{`, false, true},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/apis/apps/v1/namespaces/fairlead-system/daemonsets/fairlead-agent" ||
				r.Header.Get("Authorization") != "Bearer t" {
				t.Errorf("%v", r)
			}
			w.WriteHeader(test.status)
			_, _ = w.Write([]byte(test.body))
		}))
		removed, err := Cluster{server.URL, "t", server.Client()}.Removed(context.Background(), "fairlead-system", "fairlead-agent")
		server.Close()
		if removed != test.removed || (err != nil) != test.fails {
			t.Errorf("%+v: %v, %v", test, removed, err)
		}
	}
}

func TestAnApiServerThatIsAwayRemovesNothing(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	removed, err := Cluster{server.URL, "t", server.Client()}.Removed(context.Background(), "n", "d")
	if removed || err == nil {
		t.Errorf("%v, %v", removed, err)
	}
}
