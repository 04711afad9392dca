{{/* Rules that several network policies share. */}}

{{/* Allows the cluster's DNS. Its cache on the node (NodeLocal DNSCache) needs an address, because no pod selector matches it. */}}
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

{{/* All public addresses. The private and link-local addresses of RFC 1918, 3927, 6598, 4193 and 4291 are left out. */}}
{{- define "tuohs.internet" -}}
- ipBlock:
    cidr: 0.0.0.0/0
    except: [10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16]
- ipBlock:
    cidr: ::/0
    except: ["::1/128", "fc00::/7", "fe80::/10"]
{{- end -}}

{{/*
The egress rule for a URL. If its host is an address, the rule allows only that address. If it is the name of a Service or of one of
its pods, the rule allows the pods of its namespace. For any other name, the address is unknown here, so all public ones are allowed.
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

{{/* The host of a URL. An IPv6 address has no brackets. */}}
{{- define "tuohs.urlHost" -}}
{{- regexReplaceAll `^[a-z]+://(?:[^/]*@)?\[?([^\]/:?#]+|[0-9A-Fa-f:.]+)\]?(?::[0-9]+)?(?:[/?#].*)?$` . "${1}" | lower -}}
{{- end -}}

{{/* The port of a URL, or the default port of its scheme. */}}
{{- define "tuohs.urlPort" -}}
{{- $implied := dict "http" "80" "https" "443" "redis" "6379" "rediss" "6379" -}}
{{- $port := regexFind `:[0-9]+$` (regexReplaceAll `^[a-z]+://(?:[^/]*@)?([^/?#]*).*$` . "${1}") -}}
{{- $port | trimPrefix ":" | default (get $implied (regexFind `^[a-z]+` .)) -}}
{{- end -}}
