{{/* The image of a program: registry, name, tag. */}}
{{- define "fairlead.image" -}}
{{ .root.Values.image.registry }}fairlead/{{ .name }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{/* The namespace is part of who our accounts are: it has one name. */}}
{{- define "fairlead.namespace" -}}
{{- if ne .Release.Namespace "fairlead-system" -}}
{{- fail "Fairlead is installed in namespace fairlead-system: helm install … --namespace fairlead-system" -}}
{{- end -}}
fairlead-system
{{- end }}

{{/* Labels of a pod and of what makes it. */}}
{{- define "fairlead.labels" -}}
app.kubernetes.io/name: {{ . }}
app.kubernetes.io/part-of: fairlead
{{- end }}
