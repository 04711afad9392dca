{{/* Names and labels. Kinds of pods differ by their component: gateway, valkey, shoutcloud, watch, test. */}}

{{- define "tuohs.name" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains "tuohs" .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-tuohs" (.Release.Name | trunc 44 | trimSuffix "-") -}}
{{- end -}}
{{- end -}}

{{/* Takes (list $ component). What never changes in a release's life. */}}
{{- define "tuohs.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: tuohs
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* Takes (list $ component). */}}
{{- define "tuohs.labels" -}}
{{- $root := index . 0 -}}
{{ include "tuohs.selector" . }}
app.kubernetes.io/version: {{ $root.Values.image.tag | default $root.Chart.AppVersion | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "tuohs-%s" ($root.Chart.Version | replace "+" "_") }}
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

{{/* A value as an environment variable has it. YAML's numbers arrive as floats, which would print as 3.3554432e+07. */}}
{{- define "tuohs.text" -}}
{{- if and (kindIs "float64" .) (eq . (floor .)) -}}
{{- printf "%.0f" . -}}
{{- else -}}
{{- . -}}
{{- end -}}
{{- end -}}

{{/* The port of a URL, said or implied. */}}
{{- define "tuohs.urlPort" -}}
{{- $url := urlParse . -}}
{{- $implied := dict "http" "80" "https" "443" "redis" "6379" "rediss" "6379" -}}
{{- regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (get $implied $url.scheme) -}}
{{- end -}}

{{- define "tuohs.url" -}}
{{- printf "http://%s:%v" (include "tuohs.name" .) (include "tuohs.text" .Values.service.port) -}}
{{- end -}}

{{- define "tuohs.hasRedis" -}}
{{- if or .Values.valkey.enabled .Values.redis.url .Values.redis.existingSecret -}}true{{- end -}}
{{- end -}}
