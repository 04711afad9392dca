{{/* Rules that several network policies share. */}}

{{/* The cluster's DNS, and a cache of it that runs on the node (NodeLocal DNSCache), which no pod selector matches. */}}
{{- define "tuohs.dnsEgress" -}}
- to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
      podSelector:
        matchLabels:
          k8s-app: kube-dns
    {{- range .Values.networkPolicy.dnsCidrs }}
    - ipBlock:
        cidr: {{ . | quote }}
    {{- end }}
  ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end -}}

{{/* Every public address; the private and link-local ones of RFC 1918, 3927, 6598, 4193 and 4291 are left out. */}}
{{- define "tuohs.internet" -}}
- ipBlock:
    cidr: 0.0.0.0/0
    except: [10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16]
- ipBlock:
    cidr: ::/0
    except: ["::1/128", "fc00::/7", "fe80::/10"]
{{- end -}}

{{/*
A rule for a URL. An address in it allows exactly that address. The name of a Service, or of one of its pods, allows the pods of
its namespace. Any other name allows all public addresses, because its own is known only when it is looked up.
*/}}
{{- define "tuohs.urlEgress" -}}
{{- $host := include "tuohs.urlHost" . | trimSuffix "." -}}
{{- $namespace := regexReplaceAll `^[^.]+\.([^.]+)$|^.+?\.([^.]+)\.svc(\..+)?$` $host "${1}${2}" -}}
- to:
    {{- if regexMatch `^[0-9]+(\.[0-9]+){3}$` $host }}
    - ipBlock:
        cidr: {{ printf "%s/32" $host | quote }}
    {{- else if contains ":" $host }}
    - ipBlock:
        cidr: {{ printf "%s/128" $host | quote }}
    {{- else if not (contains "." $host) }}
    - podSelector: {}
    {{- else }}
    {{- if ne $namespace $host }}
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ $namespace | quote }}
    {{- end }}
    {{- if not (and (ne $namespace $host) (regexMatch `\.svc(\.|$)` $host)) }}
    {{- include "tuohs.internet" . | nindent 4 }}
    {{- end }}
    {{- end }}
  ports:
    - port: {{ include "tuohs.urlPort" . }}
{{- end -}}

{{/* The host of a URL, an IPv6 address without its brackets. */}}
{{- define "tuohs.urlHost" -}}
{{- regexReplaceAll `^[a-z]+://(?:[^/]*@)?\[?([^\]/:?#]+|[0-9A-Fa-f:.]+)\]?(?::[0-9]+)?(?:[/?#].*)?$` . "${1}" | lower -}}
{{- end -}}

{{/* The port of a URL, named or implied. */}}
{{- define "tuohs.urlPort" -}}
{{- $implied := dict "http" "80" "https" "443" "redis" "6379" "rediss" "6379" -}}
{{- $port := regexFind `:[0-9]+$` (regexReplaceAll `^[a-z]+://(?:[^/]*@)?([^/?#]*).*$` . "${1}") -}}
{{- $port | trimPrefix ":" | default (get $implied (regexFind `^[a-z]+` .)) -}}
{{- end -}}
