{{/* What everything is called: the release, and the chart where the release does not say it. */}}
{{- define "botyard.name" -}}
{{- if contains "botyard" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-botyard" .Release.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "botyard.labels" -}}
app.kubernetes.io/name: botyard
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* Of one part: (list . "api") */}}
{{- define "botyard.selector" -}}
app.kubernetes.io/name: botyard
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "botyard.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* What every container may not do. */}}
{{- define "botyard.locked" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* Settings of the API and of workers: the runner gets none of them. */}}
{{- define "botyard.environment" -}}
- {name: BOTYARD_DATABASE_URL, valueFrom: {secretKeyRef: {name: {{ .Values.existingSecret }}, key: database-url}}}
- {name: BOTYARD_KEY, valueFrom: {secretKeyRef: {name: {{ .Values.existingSecret }}, key: key}}}
{{- if .Values.redisSecret }}
- {name: BOTYARD_REDIS_URL, valueFrom: {secretKeyRef: {name: {{ .Values.redisSecret }}, key: redis-url}}}
{{- end }}
{{- if .Values.runner.enabled }}
{{- $name := include "botyard.name" . }}
{{- $hosts := list }}
{{- range $n := until (int .Values.runner.replicas) }}
{{- $hosts = append $hosts (printf "%s-runner-%d.%s-runner.%s.svc:8443" $name $n $name $.Release.Namespace) }}
{{- end }}
- {name: BOTYARD_RUNNER_HOSTS, value: {{ join "," $hosts | quote }}}
- {name: BOTYARD_RUNNER_CERT, value: /etc/botyard/tls/tls.crt}
- {name: BOTYARD_RUNNER_KEY, value: /etc/botyard/tls/tls.key}
- {name: BOTYARD_RUNNER_CA, value: /etc/botyard/tls/ca.crt}
{{- end }}
{{- range $name, $value := .Values.settings }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}

{{/* The rest of a pod of the API or of a worker: (dict "root" . "part" "api") */}}
{{- define "botyard.pod" -}}
{{- $root := .root }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: {{ $root.Values.terminationGracePeriodSeconds }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "botyard.selector" (list $root .part) | nindent 8 }}
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  - {name: tmp, emptyDir: {}}
  - {name: state, emptyDir: {}}
{{- if $root.Values.packagesClaim }}
  - {name: packages, persistentVolumeClaim: {claimName: {{ $root.Values.packagesClaim }}}}
{{- end }}
{{- if $root.Values.runner.enabled }}
  - {name: tls, secret: {secretName: {{ $root.Values.runner.clientTlsSecret }}, defaultMode: 0440}}
{{- end }}
{{- end }}

{{- define "botyard.mounts" -}}
- {name: tmp, mountPath: /tmp}
- {name: state, mountPath: /var/lib/botyard}
{{- if .Values.packagesClaim }}
- {name: packages, mountPath: /var/cache/botyard/packages}
{{- end }}
{{- if .Values.runner.enabled }}
- {name: tls, mountPath: /etc/botyard/tls, readOnly: true}
{{- end }}
{{- end }}
