/**
 * The mesh on a real Kubernetes, brought up by {@code ./fairlead kube}: what needs kubelets,
 * containers and an API server. Run by {@code ./fairlead test kube}.
 */
package dev.fairlead.e2e.kube;
