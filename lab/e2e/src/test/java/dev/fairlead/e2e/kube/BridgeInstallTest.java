package dev.fairlead.e2e.kube;

/** The install on nodes whose pods hang on a bridge. */
class BridgeInstallTest extends InstallSteps {}
