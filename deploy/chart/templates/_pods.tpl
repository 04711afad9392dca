{{/* What all pods share: the "restricted" level of pod security, and no token for the API. */}}

{{/* Takes (list $ userId). */}}
{{- define "tuohs.podSecurity" -}}
{{- $root := index . 0 -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: {{ index . 1 }}
  runAsGroup: {{ index . 1 }}
  seccompProfile:
    type: RuntimeDefault
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "tuohs.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end -}}

{{- define "tuohs.placement" -}}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The variables that lead to Redis; none where there is no Redis. */}}
{{- define "tuohs.redisEnv" -}}
{{- if .Values.valkey.enabled -}}
- name: VALKEY_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "tuohs.valkeySecret" . }}
      key: password
- name: REDIS_URL
  value: redis://:$(VALKEY_PASSWORD)@{{ include "tuohs.name" . }}-valkey:6379
{{- else if include "tuohs.hasRedis" . -}}
- name: REDIS_URL
  valueFrom:
    secretKeyRef:
      name: {{ .Values.redis.existingSecret | default (include "tuohs.name" .) }}
      key: {{ ternary .Values.redis.urlKey "url" (ne .Values.redis.existingSecret "") }}
{{- if .Values.redis.caKey }}
- name: REDIS_CA_FILE
  value: /etc/tuohs/redis/ca.pem
{{- end }}
{{- end -}}
{{- end -}}

{{- define "tuohs.valkeySecret" -}}
{{- .Values.valkey.existingSecret | default (printf "%s-valkey" (include "tuohs.name" .)) -}}
{{- end -}}
