{{/* Names and labels. Kinds of pods differ by their component: gateway, valkey, shoutcloud, watch, test. */}}

{{/*
The name of every object, or its beginning. It is a DNS label, so it begins with a letter and has no dot, unlike some names of releases.
Under an alias in a parent chart, names and labels hold the alias, so that a release can have several of this chart.
*/}}
{{- define "tuohs.name" -}}
{{- $release := .Release.Name | replace "." "-" -}}
{{- $chart := .Chart.Name | lower | replace "_" "-" -}}
{{- $isPlain := and (eq $chart "tuohs") (contains "tuohs" $release) -}}
{{- $name := ternary $release (printf "%s-%s" ($release | trunc (int (sub 49 (len $chart))) | trimSuffix "-") $chart) $isPlain -}}
{{- if not (regexMatch "^[a-z]" $name) -}}
{{- $name = printf "tuohs-%s" (ternary $release $name (eq $chart "tuohs")) -}}
{{- end -}}
{{- .Values.fullnameOverride | default ($name | trunc 50 | trimSuffix "-") -}}
{{- end -}}

{{/* Takes (list $ component). The labels that never change in a release. */}}
{{- define "tuohs.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ $root.Chart.Name | quote }}
app.kubernetes.io/instance: {{ $root.Release.Name | quote }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* Takes (list $ component), and labels from the values if there are any; they cannot replace the chart's own. */}}
{{- define "tuohs.labels" -}}
{{- $root := index . 0 -}}
{{- $labels := fromYaml (include "tuohs.selector" .) -}}
{{- $_ := set $labels "app.kubernetes.io/version" (include "tuohs.version" $root) -}}
{{- $_ = set $labels "app.kubernetes.io/managed-by" $root.Release.Service -}}
{{- $_ = set $labels "helm.sh/chart" (printf "tuohs-%s" $root.Chart.Version | replace "+" "_" | trunc 63 | trimAll "-_.") -}}
{{- if gt (len .) 2 -}}
{{- $labels = merge $labels (index . 2 | default dict) -}}
{{- end -}}
{{- toYaml $labels -}}
{{- end -}}

{{/* The version that runs, in characters that a label can have: the tag, or else the beginning of the digest. */}}
{{- define "tuohs.version" -}}
{{- $digest := .Values.image.digest | default "" | replace ":" "-" | trunc 19 -}}
{{- .Values.image.tag | default $digest | default .Chart.AppVersion | replace "+" "_" | trunc 63 | trimAll "-_." -}}
{{- end -}}

{{/* Takes (list image defaultTag). */}}
{{- define "tuohs.image" -}}
{{- $image := index . 0 -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository ($image.tag | default (index . 1)) -}}
{{- end -}}
{{- end -}}

{{- define "tuohs.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (ternary (include "tuohs.name" .) "default" .Values.serviceAccount.create) -}}
{{- end -}}

{{/* The text of an environment variable for a value. YAML's numbers arrive as floats, which would print as 3.3554432e+07. */}}
{{- define "tuohs.text" -}}
{{- if and (kindIs "float64" .) (eq . (floor .)) -}}
{{- printf "%.0f" . -}}
{{- else -}}
{{- . -}}
{{- end -}}
{{- end -}}

{{- define "tuohs.url" -}}
{{- printf "http://%s:%v" (include "tuohs.name" .) (include "tuohs.text" .Values.service.port) -}}
{{- end -}}

{{- define "tuohs.hasRedis" -}}
{{- if or .Values.valkey.enabled .Values.redis.url .Values.redis.existingSecret -}}true{{- end -}}
{{- end -}}

{{/* The Secret that cert-manager puts the certificate into. */}}
{{- define "tuohs.tlsSecret" -}}
{{- printf "%s-tls" (include "tuohs.name" .) -}}
{{- end -}}
