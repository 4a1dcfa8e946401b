{{- define "doni.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 53 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 53 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "doni.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "doni.labels" -}}
{{ include "doni.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: enrollment
app.kubernetes.io/part-of: edge-site
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "doni.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{- define "doni.serviceAccount" -}}
{{- default (include "doni.fullname" .) .Values.serviceAccount.existing -}}
{{- end -}}

{{- define "doni.secret" -}}
{{- default (include "doni.fullname" .) .Values.secrets.existing -}}
{{- end -}}

{{- define "doni.postgres" -}}
{{- printf "%s-postgres" (include "doni.fullname" .) -}}
{{- end -}}

{{- define "doni.databaseUrl" -}}
{{- if .Values.cloudNativePG.enabled -}}
{{- printf "jdbc:postgresql://%s-rw:5432/doni?sslmode=verify-full&sslrootcert=/etc/doni/postgres-ca/ca.crt" (include "doni.postgres" .) -}}
{{- else -}}
{{- required "database.url: where is Postgres? (or cloudNativePG.enabled)" .Values.database.url -}}
{{- end -}}
{{- end -}}

{{/* The service's application.yml; what .Values.config says wins. */}}
{{- define "doni.config" -}}
{{- $workers := dict "enabled" .Values.workers -}}
{{- $k8s := dict -}}
{{- if ne .Values.kubernetes.access "none" -}}
{{- $_ := set $k8s "kubeconfig-file" "/etc/doni/kube/kubeconfig" -}}
{{- end -}}
{{- $_ := set $k8s "on-delete" (ternary "delete-node" "keep-node" .Values.kubernetes.deleteNodes) -}}
{{- $_ := set $k8s "worker-taint" .Values.kubernetes.workerTaint -}}
{{- if has "k8s" .Values.workers -}}
{{- $_ := set $workers "k8s" $k8s -}}
{{- end -}}
{{- if has "balena" .Values.workers -}}
{{- $balena := dict "device-fleet-mapping" .Values.balena.deviceFleetMapping -}}
{{- if .Values.balena.apiEndpoint -}}
{{- $_ := set $balena "api-endpoint" .Values.balena.apiEndpoint -}}
{{- end -}}
{{- $_ := set $workers "balena" $balena -}}
{{- end -}}
{{- $doni := dict "home" "/var/lib/doni" "hardware-types" .Values.hardwareTypes "policy-file" "/etc/doni/config/policy.yaml" "workers" $workers -}}
{{- if .Values.trustedProxies -}}
{{- $_ := set $doni "proxies" (dict "trusted" .Values.trustedProxies) -}}
{{- end -}}
{{- if .Values.keystone.authUrl -}}
{{- $k := .Values.keystone -}}
{{- $keystone := dict "auth-url" $k.authUrl "username" $k.username "user-domain-name" $k.userDomainName "project-name" $k.projectName "project-domain-name" $k.projectDomainName "interface" $k.interface -}}
{{- if $k.region -}}
{{- $_ := set $keystone "region" $k.region -}}
{{- end -}}
{{- $_ := set $doni "keystone" $keystone -}}
{{- else if not (dig "doni" "keystone" "static-tokens" dict .Values.config) -}}
{{- fail "keystone.authUrl: where is Keystone? (or, for a trial, config.doni.keystone.static-tokens)" -}}
{{- end -}}
{{- $datasource := dict "url" (include "doni.databaseUrl" .) "username" .Values.database.username "hikari" (dict "maximum-pool-size" .Values.database.maximumPoolSize) -}}
{{- $config := dict "doni" $doni "spring" (dict "datasource" $datasource) "logging" (dict "structured" (dict "format" (dict "console" "ecs"))) -}}
{{- mustMergeOverwrite $config (deepCopy .Values.config) | toYaml -}}
{{- end -}}
