{{/* Names and labels. The label "component" tells the kinds of pods apart: gateway, valkey, shoutcloud, watch, test. */}}

{{/*
The name of every object, or the beginning of the name. It is a DNS label, so it begins with a letter and has no dot. Names of releases
can be different. If a parent chart uses an alias, names and labels contain it, so that a release can have this chart several times.
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

{{/* Takes (list $ component), and optional labels from the values, which cannot replace the labels of the chart. */}}
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

{{/* The version that runs: the tag, or the beginning of the digest. It has only characters that a label allows. */}}
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

{{/* A value as the text of an environment variable. Numbers arrive here as floats, which Helm would print as 3.3554432e+07. */}}
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
