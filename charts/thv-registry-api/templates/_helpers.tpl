{{- define "thv-registry-api.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "thv-registry-api.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- $full := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) }}
{{- default $full .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- end }}

{{/* Name of rights in other namespaces, or in none: no two releases of a cluster have the same. */}}
{{- define "thv-registry-api.rightsName" -}}
{{- printf "%s:%s:%s" .Chart.Name .Release.Namespace (include "thv-registry-api.fullname" .) }}
{{- end }}

{{- define "thv-registry-api.instanceLabels" -}}
app.kubernetes.io/name: {{ include "thv-registry-api.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "thv-registry-api.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "thv-registry-api.instanceLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Labels of the pods that serve: those of the test and of the migration have another component. */}}
{{- define "thv-registry-api.selector" -}}
{{- if eq .Values.mode "sidecar" }}
{{- toYaml .Values.sidecar.podSelector }}
{{- else }}
{{- include "thv-registry-api.instanceLabels" . }}
app.kubernetes.io/component: registry-api
{{- end }}
{{- end }}

{{- define "thv-registry-api.hasService" -}}
{{- if or (eq .Values.mode "deployment") .Values.sidecar.podSelector }}true{{ end }}
{{- end }}

{{- define "thv-registry-api.serviceAccountName" -}}
{{- if and .Values.serviceAccount.create (eq .Values.mode "deployment") }}
{{- default (include "thv-registry-api.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "thv-registry-api.image" -}}
{{- with .Values.image }}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ default $.Chart.AppVersion .tag }}{{ end }}
{{- end }}
{{- end }}

{{- define "thv-registry-api.configMapName" -}}
{{- default (printf "%s-config" (include "thv-registry-api.fullname" .)) .Values.existingConfigMap }}
{{- end }}

{{- define "thv-registry-api.config" -}}
{{- if .Values.config }}
{{- toYaml .Values.config }}
{{- else -}}
sources:
  - name: sample
    file:
      path: /app/config/registry-sample.json
    syncPolicy:
      interval: 30m
registries:
  - name: default
    sources: [sample]
auth:
  mode: anonymous
{{- end }}
{{- end }}

{{/* "true" when a source reads the cluster; nobody knows what a ConfigMap of the user's has. */}}
{{- define "thv-registry-api.readsCluster" -}}
{{- $found := ne .Values.existingConfigMap "" }}
{{- range concat (.Values.config.sources | default list) (.Values.config.registries | default list) }}
{{- if hasKey . "kubernetes" }}{{ $found = true }}{{ end }}
{{- end }}
{{- if $found }}true{{ end }}
{{- end }}

{{- define "thv-registry-api.hasDatabase" -}}
{{- if or .Values.config.database (and .Values.existingConfigMap .Values.database.existingSecret) }}true{{ end }}
{{- end }}

{{- define "thv-registry-api.hasMigration" -}}
{{- if and .Values.migration.enabled (include "thv-registry-api.hasDatabase" .) }}true{{ end }}
{{- end }}

{{/* Name of the Lease of an embedded store on a volume that several nodes can mount; empty for any other store. */}}
{{- define "thv-registry-api.storeLease" -}}
{{- $given := dig "fileStorage" "lease" "" .Values.config }}
{{- if and .Values.persistence.enabled (or $given (has "ReadWriteMany" .Values.persistence.accessModes)) (not (include "thv-registry-api.hasDatabase" .)) }}
{{- default (printf "%s-store" (include "thv-registry-api.fullname" .)) $given }}
{{- end }}
{{- end }}

{{/* "true" when pods talk to the API server. */}}
{{- define "thv-registry-api.needsToken" -}}
{{- if or (include "thv-registry-api.readsCluster" .) (include "thv-registry-api.storeLease" .) }}true{{ end }}
{{- end }}

{{/* Absolute path of config.fileStorage.baseDir: the working directory of the image is the root. */}}
{{- define "thv-registry-api.dataPath" -}}
{{- $given := dig "fileStorage" "baseDir" "/data" .Values.config }}
{{- printf "/%s" ($given | trimPrefix "." | trimPrefix "/") }}
{{- end }}
