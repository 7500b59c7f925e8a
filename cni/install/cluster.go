package install

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

// Cluster is the API server, as a pod reaches it.
type Cluster struct {
	URL    string
	Token  string
	Client *http.Client
}

// InCluster is the API server of the cluster whose pod this is.
func InCluster(get func(string) string) (Cluster, error) {
	host, port := get("KUBERNETES_SERVICE_HOST"), get("KUBERNETES_SERVICE_PORT")
	if host == "" || port == "" {
		return Cluster{}, errors.New("KUBERNETES_SERVICE_HOST is not set: this is no pod of a cluster")
	}
	token, err := os.ReadFile(filepath.Join(accountFolder, "token"))
	if err != nil {
		return Cluster{}, err
	}
	authority, err := os.ReadFile(filepath.Join(accountFolder, "ca.crt"))
	if err != nil {
		return Cluster{}, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		return Cluster{}, errors.New("ca.crt holds no certificate")
	}
	client := &http.Client{
		Timeout:   5 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}},
	}
	return Cluster{"https://" + net.JoinHostPort(host, port), strings.TrimSpace(string(token)), client}, nil
}

// Removed tells whether a DaemonSet is gone or going, and so the whole of us, rather than one pod of
// it. Its account's rights go at the same time: who is not allowed to ask any more is removed, too.
// Where the API server does not say, an error: not removed.
func (c Cluster) Removed(ctx context.Context, namespace, name string) (bool, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet,
		c.URL+"/apis/apps/v1/namespaces/"+namespace+"/daemonsets/"+name, nil)
	if err != nil {
		return false, err
	}
	request.Header.Set("Authorization", "Bearer "+c.Token)
	response, err := c.Client.Do(request)
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
		var object struct {
			Metadata struct {
				DeletionTimestamp *string `json:"deletionTimestamp"`
			} `json:"metadata"`
		}
		if err := json.NewDecoder(io.LimitReader(response.Body, 4<<20)).Decode(&object); err != nil {
			return false, err
		}
		return object.Metadata.DeletionTimestamp != nil, nil
	case http.StatusNotFound, http.StatusUnauthorized, http.StatusForbidden:
		return true, nil
	}
	return false, fmt.Errorf("the API server says %s", response.Status)
}
