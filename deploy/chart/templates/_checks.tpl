{{/* Combinations that cannot work. What a single value may be is in values.schema.json. */}}

{{- define "tuohs.checks" -}}
{{- $v := .Values -}}
{{- if and $v.valkey.enabled (or $v.redis.url $v.redis.existingSecret) -}}
{{- fail "valkey.enabled runs a Valkey of its own, and redis.url or redis.existingSecret names another one: choose one." -}}
{{- end -}}
{{- if and $v.redis.url $v.redis.existingSecret -}}
{{- fail "redis.url and redis.existingSecret both name a Redis: choose one." -}}
{{- end -}}
{{- if and $v.redis.caKey (not $v.redis.existingSecret) -}}
{{- fail "redis.caKey names a key of redis.existingSecret, which is not set." -}}
{{- end -}}
{{- if and $v.shoutcloud.enabled (ne $v.config.shoutcloudUrl "http://api.shoutcloud.io") -}}
{{- fail "shoutcloud.enabled runs a SHOUTCLOUD of its own, and config.shoutcloudUrl names another one: choose one." -}}
{{- end -}}
{{- if eq (int $v.config.port) (int $v.config.adminPort) -}}
{{- fail "config.port and config.adminPort are the same: the admin port must never be public." -}}
{{- end -}}
{{- include "tuohs.graceCheck" . -}}
{{- if and $v.autoscaling.enabled (gt (int $v.autoscaling.minReplicas) (int $v.autoscaling.maxReplicas)) -}}
{{- fail "autoscaling.minReplicas is more than autoscaling.maxReplicas." -}}
{{- end -}}
{{- if and (ne $v.service.type "ClusterIP") $v.networkPolicy.enabled (not $v.extraIngress) -}}
{{- fail (printf "service.type is %s, but the network policy lets nobody outside in: name who may come in extraIngress." $v.service.type) -}}
{{- end -}}
{{- include "tuohs.ingressChecks" . -}}
{{- if and $v.watch.enabled (eq (empty $v.watch.notify) (empty $v.watch.existingSecret)) -}}
{{- fail "watch.enabled needs a webhook: set either watch.notify or watch.existingSecret." -}}
{{- end -}}
{{- if and $v.alertmanagerConfig.enabled (not $v.alertmanagerConfig.existingSecret) -}}
{{- fail "alertmanagerConfig.enabled needs the Secret with the webhook's address: set alertmanagerConfig.existingSecret." -}}
{{- end -}}
{{- $email := $v.alertmanagerConfig.email -}}
{{- if and $v.alertmanagerConfig.enabled (not (or $v.alertmanagerConfig.urlKey $v.alertmanagerConfig.slackUrlKey)) -}}
{{- fail "alertmanagerConfig.enabled tells nobody: set alertmanagerConfig.urlKey or alertmanagerConfig.slackUrlKey." -}}
{{- end -}}
{{- if and $email.to (not (and $email.from $email.smarthost)) -}}
{{- fail "alertmanagerConfig.email.to needs a sender and a mail server: set alertmanagerConfig.email.from and .smarthost." -}}
{{- end -}}
{{- end -}}

{{/* What arrives at the end of the drain may take its whole deadline; the service stops hard after 20 s anyway. */}}
{{- define "tuohs.graceCheck" -}}
{{- $longestMs := add (int .Values.config.drainMs) (int .Values.config.requestDeadlineMs) -}}
{{- $needed := min 21 (add (ceil (divf $longestMs 1000)) 2) -}}
{{- if lt (int .Values.terminationGracePeriodSeconds) (int $needed) -}}
{{- fail (printf "terminationGracePeriodSeconds is too short: config.drainMs and config.requestDeadlineMs need %d seconds or more." (int $needed)) -}}
{{- end -}}
{{- end -}}

{{- define "tuohs.ingressChecks" -}}
{{- $v := .Values -}}
{{- range $name := list "ingressRoute" "ingress" "httpRoute" -}}
{{- $choice := get $v $name -}}
{{- if and $choice.enabled (not $choice.host) -}}
{{- fail (printf "%s.enabled needs a host name: set %s.host." $name $name) -}}
{{- end -}}
{{- end -}}
{{- if and $v.httpRoute.enabled (not $v.httpRoute.parentRefs) -}}
{{- fail "httpRoute.enabled needs a Gateway: name it in httpRoute.parentRefs." -}}
{{- end -}}
{{- $tls := $v.ingressRoute.tls -}}
{{- if gt (len (compact (list $tls.certResolver $tls.secretName (ternary "certificate" "" (and $v.certificate.enabled $v.ingressRoute.enabled))))) 1 -}}
{{- fail "ingressRoute.tls.certResolver, ingressRoute.tls.secretName and certificate.enabled each bring a certificate: choose one." -}}
{{- end -}}
{{- if and $v.certificate.enabled (not $v.certificate.issuerName) -}}
{{- fail "certificate.enabled needs an issuer: set certificate.issuerName." -}}
{{- end -}}
{{- if and $v.certificate.enabled (not (or $v.ingressRoute.enabled $v.ingress.enabled)) -}}
{{- fail "certificate.enabled needs ingressRoute.enabled or ingress.enabled: the certificate is for their host." -}}
{{- end -}}
{{- if and $v.ingress.enabled $v.ingress.tls.enabled (eq (empty $v.ingress.tls.secretName) (not $v.certificate.enabled)) -}}
{{- fail "ingress.tls.enabled needs one certificate: set either ingress.tls.secretName or certificate.enabled." -}}
{{- end -}}
{{- if and $v.ingressRoute.enabled (ge (mul (int $v.ingressRoute.serversTransport.idleConnTimeoutSeconds) 1000) (int $v.config.keepAliveTimeoutMs)) -}}
{{- fail "ingressRoute.serversTransport.idleConnTimeoutSeconds must be below config.keepAliveTimeoutMs, or Traefik uses connections that the service has just closed." -}}
{{- end -}}
{{- if and (gt (int $v.config.rateLimitPerMinute) 0) (not $v.config.trustProxy) (or $v.ingressRoute.enabled $v.ingress.enabled $v.httpRoute.enabled) -}}
{{- fail "config.rateLimitPerMinute behind an ingress needs config.trustProxy, or all clients count as one." -}}
{{- end -}}
{{- end -}}
