module fairlead.dev/cni

go 1.24
