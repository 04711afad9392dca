{{/*
The rules of files/alerts.yaml, limited to the series of this release: its namespace, its ServiceMonitor (the job is the name of the admin
Service), its pods and its autoscaler. Each alert gets the namespace as a label, so that an AlertmanagerConfig there finds it.
*/}}
{{- define "tuohs.rules" -}}
{{- $namespace := printf "namespace=%q" .Release.Namespace -}}
{{- $own := ternary (printf `%s,job="%s-admin"` $namespace (include "tuohs.name" .)) $namespace .Values.serviceMonitor.enabled -}}
{{- $file := .Files.Get "files/alerts.yaml" | fromYaml -}}
{{- range $group := $file.groups -}}
{{- $_ := set $group "name" (printf "%s-%s" (include "tuohs.name" $) $group.name) -}}
{{- range $rule := $group.rules -}}
{{- $expr := regexReplaceAll "\\b(kube_\\w+)\\{" $rule.expr (printf "${1}{%s," $namespace) -}}
{{- $expr = regexReplaceAll "\\b(tuohs[_:][\\w:]+)\\{" $expr (printf "${1}{%s," $own) -}}
{{- $expr = regexReplaceAll "\\b(tuohs[_:][\\w:]+)([^\\w:{]|$)" $expr (printf "${1}{%s}${2}" $own) -}}
{{- $expr = replace `container="tuohs"` (printf `container="tuohs",pod=~"%s-[^-]+(-[^-]+)?"` (include "tuohs.name" $)) $expr -}}
{{- $expr = replace `horizontalpodautoscaler=~".*tuohs.*"` (printf "horizontalpodautoscaler=%q" (include "tuohs.name" $)) $expr -}}
{{- $_ := set $rule "expr" $expr -}}
{{- if $rule.alert -}}
{{- $_ := set $rule.labels "namespace" $.Release.Namespace -}}
{{- $_ := set $rule.annotations "runbook_url" (replace "docs/monitoring.md" $.Values.prometheusRule.runbooks $rule.annotations.runbook_url) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $file -}}
{{- end -}}
