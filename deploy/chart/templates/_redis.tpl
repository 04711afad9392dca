{{/* The variables, volumes and Secrets with which the service finds its Redis, if it has one. */}}

{{- define "tuohs.redisEnv" -}}
{{- if include "tuohs.hasOwnPassword" . -}}
- name: REDIS_URL_FILE
  value: /run/redis/url
{{- else if include "tuohs.hasRedis" . -}}
- name: REDIS_URL
  valueFrom:
    secretKeyRef:
      name: {{ include "tuohs.redisSecret" . | quote }}
      key: {{ ternary .Values.redis.urlKey "url" (not (empty .Values.redis.existingSecret)) | quote }}
{{- if .Values.redis.caKey }}
- name: REDIS_CA_FILE
  value: /etc/tuohs/redis/ca.pem
{{- end }}
{{- end -}}
{{- end -}}

{{- define "tuohs.redisSecret" -}}
{{- if .Values.valkey.enabled -}}
{{- include "tuohs.valkeySecret" . -}}
{{- else -}}
{{- .Values.redis.existingSecret | default (include "tuohs.name" .) -}}
{{- end -}}
{{- end -}}

{{- define "tuohs.valkeySecret" -}}
{{- .Values.valkey.existingSecret | default (printf "%s-valkey" (include "tuohs.name" .)) -}}
{{- end -}}

{{/* Whether Valkey's password is in a Secret that the chart did not make. Such a password can have any characters. */}}
{{- define "tuohs.hasOwnPassword" -}}
{{- if and .Values.valkey.enabled .Values.valkey.existingSecret -}}true{{- end -}}
{{- end -}}

{{/* An init container that writes the URL of Valkey. The password must be percent-encoded, and a template cannot read it. */}}
{{- define "tuohs.redisInit" -}}
initContainers:
  - name: redis-url
    {{- include "tuohs.serviceImage" . | nindent 4 }}
    command:
      - node
      - --eval
      - >-
        fs.writeFileSync("/run/redis/url", `redis://:${encodeURIComponent(process.env.VALKEY_PASSWORD)}@${process.env.VALKEY_HOST}:6379`)
    {{- include "tuohs.containerSecurity" . | nindent 4 }}
    env:
      - name: VALKEY_HOST
        value: {{ printf "%s-valkey" (include "tuohs.name" .) | quote }}
      - name: VALKEY_PASSWORD
        valueFrom:
          secretKeyRef:
            name: {{ .Values.valkey.existingSecret | quote }}
            key: password
    {{- with .Values.resources }}
    resources:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    volumeMounts:
      - name: redis-url
        mountPath: /run/redis
{{- end -}}

{{- define "tuohs.redisMounts" -}}
{{- if include "tuohs.hasOwnPassword" . -}}
volumeMounts:
  - name: redis-url
    mountPath: /run/redis
    readOnly: true
{{- else if .Values.redis.caKey -}}
volumeMounts:
  - name: redis-ca
    mountPath: /etc/tuohs/redis
    readOnly: true
{{- end -}}
{{- end -}}

{{- define "tuohs.redisVolumes" -}}
{{- if include "tuohs.hasOwnPassword" . -}}
volumes:
  - name: redis-url
    emptyDir: { medium: Memory, sizeLimit: 1Mi }
{{- else if .Values.redis.caKey -}}
volumes:
  - name: redis-ca
    secret:
      secretName: {{ .Values.redis.existingSecret | quote }}
      items:
        - key: {{ .Values.redis.caKey | quote }}
          path: ca.pem
{{- end -}}
{{- end -}}
