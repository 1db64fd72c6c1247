{{- define "thv-registry-api.container" -}}
name: registry-api
image: {{ include "thv-registry-api.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
args:
  - serve
  - --config=/config/config.yaml
ports:
  - name: http
    containerPort: 8080
    protocol: TCP
  - name: internal-http
    containerPort: 8081
    protocol: TCP
env:
  - name: THV_REGISTRY_LOG_LEVEL
    value: {{ .Values.logLevel }}
  {{- if and .Values.rbac.create (include "thv-registry-api.readsCluster" .) }}
  - name: THV_REGISTRY_WATCH_NAMESPACE
    value: {{ eq .Values.rbac.scope "cluster" | ternary "*" (include "thv-registry-api.namespaces" . | fromJsonArray | join ",") | quote }}
  {{- end }}
  {{- with include "thv-registry-api.storeLease" . }}
  - name: THV_REGISTRY_FILESTORAGE_LEASE
    value: {{ . }}
  {{- end }}
  {{- with include "thv-registry-api.passwordVariables" (dict "root" . "migrates" (not .Values.migration.enabled)) }}
  {{- . | trim | nindent 2 }}
  {{- end }}
  {{- if include "thv-registry-api.hasMigration" . }}
  - name: THV_REGISTRY_DATABASE_AUTOMIGRATE
    value: 'false'
  {{- end }}
  {{- with .Values.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .Values.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- range $probe := list "startupProbe" "livenessProbe" "readinessProbe" }}
{{- with get $.Values $probe }}
{{ $probe }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- with .Values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.securityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  - name: registry-config
    mountPath: /config
    readOnly: true
  - name: registry-tmp
    mountPath: /tmp
  {{- if not (include "thv-registry-api.hasDatabase" .) }}
  - name: registry-data
    mountPath: {{ include "thv-registry-api.dataPath" . }}
  {{- end }}
  {{- with include "thv-registry-api.passwordMount" . }}
  {{- . | trim | nindent 2 }}
  {{- end }}
  {{- with .Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{- define "thv-registry-api.volumes" -}}
- name: registry-config
  configMap:
    name: {{ include "thv-registry-api.configMapName" . }}
- name: registry-tmp
  emptyDir: {}
{{- if not (include "thv-registry-api.hasDatabase" .) }}
- name: registry-data
  {{- if .Values.persistence.enabled }}
  persistentVolumeClaim:
    claimName: {{ default (printf "%s-data" (include "thv-registry-api.fullname" .)) .Values.persistence.existingClaim }}
  {{- else }}
  emptyDir: {}
  {{- end }}
{{- end }}
{{- include "thv-registry-api.passwordVolume" (dict "root" . "migrates" (not .Values.migration.enabled)) }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Passwords are files, so that a rotated one needs no restart. Pods that do not migrate do not get that password. */}}
{{- define "thv-registry-api.passwordVariables" -}}
{{- $database := .root.Values.database }}
{{- if $database.existingSecret }}
- name: THV_REGISTRY_DATABASE_PASSWORDFILE
  value: /run/secrets/registry-database/password
{{- if and .migrates $database.migrationPasswordKey }}
- name: THV_REGISTRY_DATABASE_MIGRATIONPASSWORDFILE
  value: /run/secrets/registry-database/migration-password
{{- end }}
{{- end }}
{{- end }}

{{- define "thv-registry-api.passwordMount" -}}
{{- if .Values.database.existingSecret }}
- name: registry-database
  mountPath: /run/secrets/registry-database
  readOnly: true
{{- end }}
{{- end }}

{{- define "thv-registry-api.passwordVolume" -}}
{{- $database := .root.Values.database }}
{{- if $database.existingSecret }}
- name: registry-database
  secret:
    secretName: {{ $database.existingSecret }}
    # The pods of an application need not have the group of this image.
    defaultMode: {{ eq .root.Values.mode "sidecar" | ternary "0444" "0440" }}
    items:
      - key: {{ $database.passwordKey }}
        path: password
      {{- if and .migrates $database.migrationPasswordKey }}
      - key: {{ $database.migrationPasswordKey }}
        path: migration-password
      {{- end }}
{{- end }}
{{- end }}

{{- define "thv-registry-api.namespaces" -}}
{{- .Values.rbac.allowedNamespaces | default (list .Release.Namespace) | uniq | toJson }}
{{- end }}

{{- define "thv-registry-api.configChecksum" -}}
checksum/config: {{ include "thv-registry-api.config" . | sha256sum }}
{{- end }}
