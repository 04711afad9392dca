{{/* Refuses combinations that cannot work. values.schema.json checks each value alone. */}}

{{- define "tuohs.checks" -}}
{{- include "tuohs.sizeCheck" . -}}
{{- include "tuohs.aliasCheck" . -}}
{{- include "tuohs.redisChecks" . -}}
{{- include "tuohs.podChecks" . -}}
{{- include "tuohs.ingressChecks" . -}}
{{- include "tuohs.monitoringChecks" . -}}
{{- $urls := dict "config.shoutcloudUrl" .Values.config.shoutcloudUrl "config.otelExporterOtlpEndpoint" .Values.config.otelExporterOtlpEndpoint -}}
{{- $_ := merge $urls (dict "redis.url" .Values.redis.url "watch.url" .Values.watch.url "watch.notify" .Values.watch.notify) -}}
{{- range $name, $url := $urls -}}
{{- if $url -}}
{{- include "tuohs.urlCheck" (list $name $url) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Takes (list name url). Checks the host and the port. The schema checks the rest of the URL. */}}
{{- define "tuohs.urlCheck" -}}
{{- $host := include "tuohs.urlHost" (index . 1) -}}
{{- $port := int (include "tuohs.urlPort" (index . 1)) -}}
{{- if gt $port 65535 -}}
{{- fail (printf "%s has the port %d: a port is a number from 1 to 65535." (index . 0) $port) -}}
{{- end -}}
{{- $octet := `(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])` -}}
{{- if and (regexMatch `^[0-9.]+$` $host) (not (regexMatch (printf `^%s(\.%s){3}$` $octet $octet) $host)) -}}
{{- fail (printf "%s has the host %s, which is neither a name nor an address." (index . 0) $host) -}}
{{- end -}}
{{- $label := `[a-z0-9]([-a-z0-9_]{0,61}[a-z0-9])?` -}}
{{- if not (or (contains ":" $host) (regexMatch (printf `^%s(\.%s)*\.?$` $label $label) $host)) -}}
{{- fail (printf "%s has the host %s, which DNS does not know: a name has letters, digits and hyphens; write another alphabet as xn--…" (index . 0) $host) -}}
{{- end -}}
{{- if and (contains ":" $host) (not (include "tuohs.isIpv6" $host)) -}}
{{- fail (printf "%s has the host %s, which is not an IPv6 address." (index . 0) $host) -}}
{{- end -}}
{{- end -}}

{{/* Returns a text for an IPv6 address, else nothing. An address has eight groups of hexadecimal digits, or fewer and one "::". */}}
{{- define "tuohs.isIpv6" -}}
{{- $groups := `([0-9a-f]{1,4}:)*[0-9a-f]{1,4}` -}}
{{- $isFull := regexMatch `^([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}$` . -}}
{{- $isShort := regexMatch (printf `^(%s)?::(%s)?$` $groups $groups) . -}}
{{- if or $isFull (and $isShort (le (len (regexFindAll `[0-9a-f]+` . -1)) 7)) -}}true{{- end -}}
{{- end -}}

{{/* Names and labels contain the alias. A long alias is refused, because two long aliases could become equal if they were cut. */}}
{{- define "tuohs.aliasCheck" -}}
{{- if not (regexMatch `^[A-Za-z0-9]([-A-Za-z0-9_]{0,22}[A-Za-z0-9])?$` .Chart.Name) -}}
{{- fail (printf "The alias %s must begin and end with a letter or digit, and have no more than 24 characters." .Chart.Name) -}}
{{- end -}}
{{- end -}}

{{- define "tuohs.redisChecks" -}}
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
{{- end -}}

{{- define "tuohs.podChecks" -}}
{{- $v := .Values -}}
{{- if and $v.shoutcloud.enabled (ne $v.config.shoutcloudUrl "http://api.shoutcloud.io") -}}
{{- fail "shoutcloud.enabled runs a SHOUTCLOUD of its own, and config.shoutcloudUrl names another one: choose one." -}}
{{- end -}}
{{- if eq (int $v.config.port) (int $v.config.adminPort) -}}
{{- fail "config.port and config.adminPort are the same: the admin port must never be public." -}}
{{- end -}}
{{- include "tuohs.graceCheck" . -}}
{{- include "tuohs.resourceCheck" (list "resources" ($v.resources | default dict)) -}}
{{- range $name := list "valkey" "shoutcloud" -}}
{{- $pod := get $v $name -}}
{{- include "tuohs.resourceCheck" (list $name (dict "requests" (dict "cpu" $pod.cpuRequest) "limits" (dict "cpu" $pod.cpuLimit))) -}}
{{- end -}}
{{- include "tuohs.cacheCheck" . -}}
{{- include "tuohs.scalingChecks" . -}}
{{- include "tuohs.variableChecks" . -}}
{{- include "tuohs.ruleChecks" . -}}
{{- include "tuohs.affinityCheck" . -}}
{{- range $v.tolerations -}}
{{- if and (not .key) (ne (.operator | default "Equal") "Exists") -}}
{{- fail "tolerations: an entry without a key tolerates every taint, and needs operator: Exists." -}}
{{- end -}}
{{- if and (eq (.operator | default "Equal") "Exists") .value -}}
{{- fail "tolerations: an entry with operator: Exists has no value." -}}
{{- end -}}
{{- if and (hasKey . "tolerationSeconds") (ne (.effect | default "") "NoExecute") -}}
{{- fail "tolerations: tolerationSeconds needs effect: NoExecute." -}}
{{- end -}}
{{- end -}}
{{- if and (ne $v.service.type "ClusterIP") $v.networkPolicy.enabled (not $v.extraIngress) -}}
{{- fail (printf "service.type is %s, but the network policy lets no one outside in: name who may come in extraIngress." $v.service.type) -}}
{{- end -}}
{{- end -}}

{{/* The service refuses a cache that is larger than half of its heap. The heap is 60 % of the memory limit, plus 12 MiB (Dockerfile). */}}
{{- define "tuohs.cacheCheck" -}}
{{- $memory := dig "limits" "memory" 0 (.Values.resources | default dict) -}}
{{- $most := addf (mulf (include "tuohs.amount" $memory | float64) 0.3) 6291456.0 -}}
{{- $hasOwnHeap := false -}}
{{- range .Values.extraEnv -}}{{- if eq .name "NODE_OPTIONS" -}}{{- $hasOwnHeap = true -}}{{- end -}}{{- end -}}
{{- if and $memory (not $hasOwnHeap) (gt (float64 .Values.config.cacheMaxBytes) $most) -}}
{{- fail (printf "config.cacheMaxBytes can be %.0f at most with resources.limits.memory %v: lower it, or raise the limit." $most $memory) -}}
{{- end -}}
{{- end -}}

{{- define "tuohs.scalingChecks" -}}
{{- $v := .Values -}}
{{- if $v.autoscaling.enabled -}}
{{- if gt (int $v.autoscaling.minReplicas) (int $v.autoscaling.maxReplicas) -}}
{{- fail "autoscaling.minReplicas is more than autoscaling.maxReplicas." -}}
{{- end -}}
{{- $resources := $v.resources | default dict -}}
{{- $cpu := dig "requests" "cpu" (dig "limits" "cpu" 0 $resources) $resources -}}
{{- if eq (include "tuohs.amount" $cpu | float64) 0.0 -}}
{{- fail "autoscaling.enabled measures CPU in percent of what a pod asks for: set resources.requests.cpu." -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Settings in extraEnv are refused. They would override config, while probes, Services and network policies use config. */}}
{{- define "tuohs.variableChecks" -}}
{{- $settings := list "REDIS_URL" "REDIS_URL_FILE" -}}
{{- range $key, $_ := .Values.config -}}
{{- $settings = append $settings (snakecase $key | upper) -}}
{{- end -}}
{{- $names := list -}}
{{- range .Values.extraEnv -}}
{{- if has .name $settings -}}
{{- fail (printf "extraEnv sets %s, which is a setting: set it under %s instead." .name (ternary "redis" "config" (hasPrefix "REDIS_URL" .name))) -}}
{{- end -}}
{{- if has .name $names -}}
{{- fail (printf "extraEnv sets %s twice." .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- end -}}

{{/* Large values are refused, because Kubernetes allows only 262144 bytes in the annotations of an object. */}}
{{- define "tuohs.sizeCheck" -}}
{{- $bytes := len (toJson .Values) -}}
{{- if gt $bytes 250000 -}}
{{- fail (printf "The values have %d bytes, and Kubernetes takes no more than 250000 in one object." $bytes) -}}
{{- end -}}
{{- end -}}

{{- define "tuohs.affinityCheck" -}}
{{- range $kind := list "podAffinity" "podAntiAffinity" -}}
{{- $affinity := dig $kind dict ($.Values.affinity | default dict) -}}
{{- $terms := $affinity.requiredDuringSchedulingIgnoredDuringExecution | default list -}}
{{- range $affinity.preferredDuringSchedulingIgnoredDuringExecution -}}
{{- $terms = append $terms .podAffinityTerm -}}
{{- end -}}
{{- range $term := $terms -}}
{{- range $term.matchLabelKeys -}}
{{- if has . ($term.mismatchLabelKeys | default list) -}}
{{- fail (printf "affinity.%s: a term has %s in matchLabelKeys and in mismatchLabelKeys." $kind .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Checks the rules of network policies for which two values must be compared, which the schema cannot do. */}}
{{- define "tuohs.ruleChecks" -}}
{{- $v := .Values -}}
{{- range $name, $rules := dict "extraIngress" $v.extraIngress "extraEgress" $v.extraEgress "watch.extraEgress" $v.watch.extraEgress -}}
{{- range $rule := $rules -}}
{{- range $rule.ports -}}
{{- if and .endPort (or (kindIs "string" .port) (lt (int .endPort) (int .port))) -}}
{{- fail (printf "%s: endPort is %v, and port must be a number that is not above it." $name .endPort) -}}
{{- end -}}
{{- end -}}
{{- range concat ($rule.from | default list) ($rule.to | default list) -}}
{{- with .ipBlock -}}
{{- $network := .cidr -}}
{{- range .except -}}
{{- if not (include "tuohs.isWithin" (list . $network)) -}}
{{- fail (printf "%s: except has %s, which is not a part of %s." $name . $network) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Takes (list inner outer), two networks. Returns a text if the first is a smaller part of the second, else nothing. */}}
{{- define "tuohs.isWithin" -}}
{{- $inner := splitList "/" (index . 0) -}}
{{- $outer := splitList "/" (index . 1) -}}
{{- $length := int (index $outer 1) -}}
{{- if gt (int (index $inner 1)) $length -}}
{{- $bits := include "tuohs.bits" (index $inner 0) | trunc $length -}}
{{- if and (eq (contains ":" (index $inner 0)) (contains ":" (index $outer 0))) (eq $bits (include "tuohs.bits" (index $outer 0) | trunc $length)) -}}true{{- end -}}
{{- end -}}
{{- end -}}

{{/* An address as a text of zeros and ones: 32 for IPv4, 128 for IPv6. */}}
{{- define "tuohs.bits" -}}
{{- $digits := "" -}}
{{- if contains ":" . -}}
{{- $halves := splitList "::" (lower .) -}}
{{- $first := splitList ":" (index $halves 0) | compact -}}
{{- $last := ternary list (splitList ":" (last $halves) | compact) (eq (len $halves) 1) -}}
{{- $missing := int (sub 8 (add (len $first) (len $last))) -}}
{{- range concat $first (splitList " " (trim (repeat $missing "0 ")) | compact) $last -}}
{{- $digits = print $digits (repeat (int (sub 4 (len .))) "0") . -}}
{{- end -}}
{{- else -}}
{{- range splitList "." . -}}
{{- $digits = printf "%s%02x" $digits (int .) -}}
{{- end -}}
{{- end -}}
{{- $nibbles := dict "0" "0000" "1" "0001" "2" "0010" "3" "0011" "4" "0100" "5" "0101" "6" "0110" "7" "0111" -}}
{{- $_ := merge $nibbles (dict "8" "1000" "9" "1001" "a" "1010" "b" "1011" "c" "1100" "d" "1101" "e" "1110" "f" "1111") -}}
{{- range splitList "" $digits -}}
{{- get $nibbles . -}}
{{- end -}}
{{- end -}}

{{/* The grace period needs room for a request that comes at the end of the drain. After 20 s, the service ends in any case. */}}
{{- define "tuohs.graceCheck" -}}
{{- $longestMs := add (int .Values.config.drainMs) (int .Values.config.requestDeadlineMs) -}}
{{- $needed := min 21 (add (ceil (divf $longestMs 1000)) 2) -}}
{{- if lt (int .Values.terminationGracePeriodSeconds) (int $needed) -}}
{{- fail (printf "terminationGracePeriodSeconds is too short: config.drainMs and config.requestDeadlineMs need %d seconds or more." (int $needed)) -}}
{{- end -}}
{{- end -}}

{{/* Takes (list name resources). Refuses a request that is above its limit. */}}
{{- define "tuohs.resourceCheck" -}}
{{- $name := index . 0 -}}
{{- $requests := (index . 1).requests | default dict -}}
{{- $limits := (index . 1).limits | default dict -}}
{{- range $what, $most := $limits -}}
{{- $asked := get $requests $what -}}
{{- if and $asked (gt (include "tuohs.amount" $asked | float64) (include "tuohs.amount" $most | float64)) -}}
{{- fail (printf "%s asks for more %s than its limit: %v, and %v at most." $name $what $asked $most) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A quantity such as 100m or 1.5Gi as a number. */}}
{{- define "tuohs.amount" -}}
{{- $text := include "tuohs.text" . -}}
{{- $unit := regexFind "[A-Za-z]+$" $text -}}
{{- $units := dict "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 -}}
{{- mulf (trimSuffix $unit $text | float64) (ternary 1.0 (get $units $unit) (eq $unit "")) -}}
{{- end -}}

{{- define "tuohs.ingressChecks" -}}
{{- $v := .Values -}}
{{- range $name := list "ingressRoute" "ingress" "httpRoute" -}}
{{- $choice := get $v $name -}}
{{- if and $choice.enabled (not $choice.host) -}}
{{- fail (printf "%s.enabled needs a host name: set %s.host." $name $name) -}}
{{- end -}}
{{- if regexMatch `^[0-9.]+$` ($choice.host | default "") -}}
{{- fail (printf "%s.host is the address %s: it must be a name." $name $choice.host) -}}
{{- end -}}
{{- end -}}
{{- if and $v.ingressRoute.enabled (hasPrefix "*" $v.ingressRoute.host) -}}
{{- fail (printf "ingressRoute.host is %s, and Traefik's Host takes no wildcard: name one host, or write an IngressRoute with HostRegexp to the Service." $v.ingressRoute.host) -}}
{{- end -}}
{{- if and $v.httpRoute.enabled (not $v.httpRoute.parentRefs) -}}
{{- fail "httpRoute.enabled needs a Gateway: name it in httpRoute.parentRefs." -}}
{{- end -}}
{{- include "tuohs.parentChecks" . -}}
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

{{/* The Gateway API refuses two references to one Gateway that do not differ by section. */}}
{{- define "tuohs.parentChecks" -}}
{{- $seen := dict -}}
{{- range .Values.httpRoute.parentRefs -}}
{{- $group := dig "group" "gateway.networking.k8s.io" . -}}
{{- $parent := printf "%s/%s/%s/%s" $group (.kind | default "Gateway") (.namespace | default "") .name -}}
{{- $section := .sectionName | default "" -}}
{{- $sections := get $seen $parent | default list -}}
{{- if or (has $section $sections) (and $sections (or (eq $section "") (has "" $sections))) -}}
{{- fail (printf "httpRoute.parentRefs names %s twice: give each its own sectionName." .name) -}}
{{- end -}}
{{- $_ := set $seen $parent (append $sections $section) -}}
{{- end -}}
{{- end -}}

{{- define "tuohs.monitoringChecks" -}}
{{- $v := .Values -}}
{{- include "tuohs.watchChecks" . -}}
{{- $config := $v.alertmanagerConfig -}}
{{- if and $config.enabled (not $config.existingSecret) -}}
{{- fail "alertmanagerConfig.enabled needs the Secret with the webhook's address: set alertmanagerConfig.existingSecret." -}}
{{- end -}}
{{- if and $config.enabled (not (or $config.urlKey $config.slackUrlKey)) -}}
{{- fail "alertmanagerConfig.enabled notifies no one: set alertmanagerConfig.urlKey or alertmanagerConfig.slackUrlKey." -}}
{{- end -}}
{{- if and $config.email.to (not (and $config.email.from $config.email.smarthost)) -}}
{{- fail "alertmanagerConfig.email.to needs a sender and a mail server: set alertmanagerConfig.email.from and .smarthost." -}}
{{- end -}}
{{- end -}}

{{- define "tuohs.watchChecks" -}}
{{- $watch := .Values.watch -}}
{{- if and $watch.enabled (eq (empty $watch.notify) (empty $watch.existingSecret)) -}}
{{- fail "watch.enabled needs a webhook: set either watch.notify or watch.existingSecret." -}}
{{- end -}}
{{- $unitsMs := dict "ms" 1.0 "s" 1e3 "m" 6e4 "h" 3.6e6 -}}
{{- $intervalMs := mulf (regexFind "^[0-9]+" $watch.interval | float64) (get $unitsMs (regexFind "[a-z]+$" $watch.interval)) -}}
{{- if or (lt $intervalMs 10.0) (gt $intervalMs 8.64e7) -}}
{{- fail (printf "watch.interval is %s: it must be from 10ms to 24h." $watch.interval) -}}
{{- end -}}
{{- end -}}
